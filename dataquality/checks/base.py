"""What every quality check takes and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from dataquality.columns import Column
from dataquality.dimensions import Dimension, Severity
from modelops.lib.plugins import Plugins


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    ``count`` of ``of`` rows (or columns) show it. ``failed`` is what it takes from the score, in units of its
    dimension; 0 when it is only worth knowing. ``detail`` may hold values of the data (fences, spellings): it is stored
    encrypted; ``message`` never does.
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

    @property
    def share(self) -> float:
        """``count`` as a share of ``of``."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class TableFacts:
    """What is known when every column has been seen: the types now and, if there was one, in the version before."""

    rows: int
    types: Mapping[str, str]
    previous_types: Mapping[str, str] | None = None


class Check(ABC):
    """One kind of check over one run: it sees every column once, in order, and may conclude at the end.

    ``examined`` counts the units that it has looked at: the denominator of its dimension's score.
    """

    dimension: ClassVar[Dimension]
    label: ClassVar[str]

    def __init__(self) -> None:
        self.examined = 0

    @abstractmethod
    def examine(self, column: Column) -> list[Finding]:
        """The findings of one column."""

    def conclude(self, facts: TableFacts) -> list[Finding]:
        """The findings about the table as a whole."""
        return []


checks: Plugins[Check] = Plugins("quality check", Check)


def graded(share: float, *, warning: float, critical: float) -> Severity:
    """The severity of a share against two thresholds, each included."""
    if share >= critical:
        return Severity.CRITICAL
    return Severity.WARNING if share >= warning else Severity.INFO
