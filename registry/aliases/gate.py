"""What stands before a protected alias. An app plugs its gates in by its ``gates.py``, found by name at start."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from modelops.lib.plugins import Plugins
from registry.models import ModelVersion


@dataclass(frozen=True)
class Outcome:
    """What one gate said, for the history and the refusal."""

    gate: str
    label: str
    passed: bool
    reason: str


class Gate(ABC):
    """One condition of a promotion. It reads, and changes nothing."""

    label: ClassVar[str]

    @abstractmethod
    def check(self, version: ModelVersion) -> tuple[bool, str]:
        """Whether the version passes, and the reason in a sentence."""


gates: Plugins[Gate] = Plugins("promotion gate", Gate)  # type: ignore[type-abstract]  # only subclasses are made


def ask_all(version: ModelVersion) -> list[Outcome]:
    """What every gate says of a version; all are asked, so that a refusal names everything that is missing."""
    return [Outcome(key, cls.label, *cls().check(version)) for key, cls in gates.items()]
