"""Controls: what must hold all the time, looked up in the rows and never in a flag.

An app declares its controls in its ``posture.py``, found by name. The posture page shows them, and each finding of a
control opens one alert, which ends when the finding is gone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["warning", "high", "critical"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be. ``key`` is the same for the same thing at every look.

    ``url`` is the page on which it is put right, as a path of this portal.
    """

    key: str
    title: str
    fix: str
    severity: Severity = "warning"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look has shown: findings, and how many of how many rows are as they must be, where that can be counted.

    ``applies`` is False where the control is not asked for, as TLS in development: it then neither holds nor fails.
    """

    findings: list[Finding] = field(default_factory=list)
    held: int | None = None
    total: int | None = None
    evidence: str = ""
    url: str = ""
    applies: bool = True

    @property
    def passed(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Control:
    """``look`` reads rows only; it must be quick, for it runs every minute.

    ``fix`` says in one sentence what to do where it does not hold, whatever the finding is.
    """

    key: str
    area: str
    label: str
    fix: str
    look: Callable[[], Outcome]


_controls: dict[str, Control] = {}


def control(key: str, *, area: str, label: str, fix: str) -> Callable[[Callable[[], Outcome]], Callable[[], Outcome]]:
    """Decorator: the function looks whether the control ``key`` ("keys.age") holds."""

    def add(look: Callable[[], Outcome]) -> Callable[[], Outcome]:
        if key in _controls:
            raise ValueError(f"The control {key!r} is declared twice.")
        _controls[key] = Control(key, area, label, fix, look)
        return look

    return add


def controls() -> Iterator[Control]:
    """All controls, by area and key."""
    yield from sorted(_controls.values(), key=lambda control: (control.area, control.key))
