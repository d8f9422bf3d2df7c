"""What every quality check takes and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from dataquality.dimensions import Dimension, Severity
from dataquality.profiling.duplicates import Repeats
from dataquality.profiling.facts import ColumnProfile
from dataquality.profiling.sketches import Shift
from modelops.lib.plugins import Plugins


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    ``count`` of ``of`` rows (or columns) show it. ``failed`` is what it takes from the score, in units of its
    dimension; 0 when it is only worth knowing. ``detail`` and ``filter``, an expression that finds the rows again, may
    hold bounds taken from the data (fences): they are stored encrypted. ``values`` are those of ``first_rows``: they
    are only kept masked, as ``examples``. ``message`` holds none of it.
    """

    dimension: Dimension
    rule: str
    column: str | None
    severity: Severity
    count: int
    of: int
    failed: Fraction
    message: str
    first_rows: tuple[int, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)
    filter: str = ""
    values: tuple[object, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """``count`` as a share of ``of``."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class TableFacts:
    """What is known when every column has been seen: the types now and, if there was one, in the version before.

    ``shifts`` tells how far columns have moved from the last accepted version.
    """

    rows: int
    types: Mapping[str, str]
    previous_types: Mapping[str, str] | None = None
    repeats: Repeats = field(default_factory=lambda: Repeats(0, ()))
    shifts: Mapping[str, Shift] = field(default_factory=dict)


class Check(ABC):
    """One kind of check over one run: it judges the profile of every column, in order, and may conclude at the end.

    ``examined`` counts the units that it has looked at: the denominator of its dimension's score.
    """

    dimension: ClassVar[Dimension]
    label: ClassVar[str]

    def __init__(self) -> None:
        self.examined = 0

    @abstractmethod
    def examine(self, column: ColumnProfile) -> list[Finding]:
        """The findings of one column."""

    def conclude(self, facts: TableFacts) -> list[Finding]:
        """The findings about the table as a whole."""
        return []


checks: Plugins[Check] = Plugins("quality check", Check)


def seen(sightings: Sequence[tuple[int, object]]) -> dict[str, tuple]:  # type: ignore[type-arg]
    """Rows and values of what was seen, as a finding takes them."""
    return {"first_rows": tuple(row for row, _ in sightings), "values": tuple(value for _, value in sightings)}


def quoted(name: str) -> str:
    """A column's name as expressions write it."""
    return '"' + name.replace('"', '""') + '"'


def graded(share: float, *, warning: float, critical: float) -> Severity:
    """The severity of a share against two thresholds, each included."""
    if share >= critical:
        return Severity.CRITICAL
    return Severity.WARNING if share >= warning else Severity.INFO
