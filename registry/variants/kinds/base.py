"""The contract of a derivation. It runs in a worker, reads the plaintext as a stream and loads no code."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, BinaryIO, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins

Write = Callable[[bytes], Any]
Progress = Callable[[int], None]


class DerivationRefused(Invalid):
    """The file cannot be derived in this way; the message says why. The parent stays as it is."""

    code = "variant.refused"


@dataclass
class Report:
    """What a derivation did: counts of tensors and values, for people and for the API."""

    converted: int = 0
    kept: int = 0
    overflowed: int = 0
    vanished: int = 0
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For the row."""
        return {
            "converted": self.converted,
            "kept": self.kept,
            "overflowed": self.overflowed,
            "vanished": self.vanished,
            "notes": self.notes,
        }


class Derivation(ABC):
    """One way to derive a file from a file of the same format."""

    label: ClassVar[str]
    gives: ClassVar[str]
    """The kind of variant that people ask for: float16, int8. One derivation gives it for each format."""
    formats: ClassVar[frozenset[str]]
    options: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def tool(self) -> str:
        """What does the work, with its version."""

    @abstractmethod
    def derive(self, source: BinaryIO, write: Write, progress: Progress, options: Mapping[str, Any]) -> Report:
        """Read the seekable ``source``, ``write`` the derived file, tell ``progress`` the bytes that were read.

        Raises DerivationRefused.
        """

    @classmethod
    def missing(cls) -> str:
        """What has to be installed before it can work, in a sentence; "" when nothing is missing."""
        return ""


def derivation_for(kind: str, file_format: str) -> "type[Derivation]":
    """The derivation that gives ``kind`` for a file of this format. Raises DerivationRefused with what there is."""
    for cls in _offered():
        if cls.gives == kind and file_format in cls.formats:
            return cls
    known = ", ".join(possible(file_format)) or "none"
    raise DerivationRefused(
        f"There is no variant of kind {kind[:40]!r} for this format; there are: {known}. A pipeline can upload one "
        "that it made itself.",
        code="variant.unknown_kind",
        field="kind",
    )


def possible(file_format: str) -> list[str]:
    """The kinds that can be derived from a file of this format."""
    return sorted({cls.gives for cls in _offered() if file_format in cls.formats})


def _offered() -> Iterator[type[Derivation]]:
    """The derivations that the setting names: by their key, or by the module that registers them."""
    named = set(settings.MODELOPS_DERIVATIONS)
    for key, cls in derivations.items():
        if key in named or cls.__module__ in named:
            yield cls


def load_named() -> None:
    """Import the modules that the setting names, as the portal starts. Raises ImproperlyConfigured for a wrong name."""
    for name in settings.MODELOPS_DERIVATIONS:
        if name in derivations:
            continue
        known = f"known are {', '.join(derivations.keys())}, and any module that registers its own"
        if "." not in name:
            raise ImproperlyConfigured(f"MODELOPS_DERIVATIONS names {name}, which is no derivation; {known}.")
        try:
            import_module(name)
        except ImportError as fault:
            raise ImproperlyConfigured(
                f"MODELOPS_DERIVATIONS names {name}, which cannot be imported: {fault}; {known}."
            ) from fault
        if not any(cls.__module__ == name for _, cls in derivations.items()):
            raise ImproperlyConfigured(f"MODELOPS_DERIVATIONS names {name}, which registers no derivation; {known}.")


derivations: Plugins[Derivation] = Plugins("kind of variant", Derivation)  # type: ignore[type-abstract]
