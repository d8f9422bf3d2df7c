"""How much of the map is proven: by calls that the test suite makes, each of which left exactly its rows."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .mapping import Mapped, coverage_map

PROVEN = Path(__file__).with_name("proven.json")
"""Routes and models by the test that proves them. The suite fails when the file says more or less than it proves."""


@dataclass(frozen=True, slots=True)
class Line:
    """One method of a route, or one model, on the page."""

    mapped: Mapped
    proven_by: str

    @property
    def counts(self) -> bool:
        """Whether it must be proven: what is exempt has nothing to prove."""
        return self.mapped.exempt is None

    @property
    def is_proven(self) -> bool:
        return bool(self.proven_by) and self.counts


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything that the portal answers and keeps, and what of it is proven to leave its rows."""

    routes: list[Line]
    models: list[Line]
    unmapped: list[str]

    @property
    def total(self) -> int:
        """All that must be proven; what nobody mapped counts too."""
        return sum(line.counts for line in [*self.routes, *self.models]) + len(self.unmapped)

    @property
    def proven(self) -> int:
        return sum(line.is_proven for line in [*self.routes, *self.models])

    @property
    def exempt(self) -> int:
        return sum(not line.counts for line in [*self.routes, *self.models])

    @property
    def percent(self) -> float:
        """100 only when nothing is missing: 99.96 is shown as 99.9."""
        return 100.0 if self.proven == self.total else min(99.9, round(100 * self.proven / max(self.total, 1), 1))

    @property
    def missing(self) -> list[str]:
        """Names of what is not proven."""
        lines = [*self.routes, *self.models]
        return self.unmapped + [line.mapped.name for line in lines if line.counts and not line.is_proven]


@cache
def coverage() -> Coverage:
    """The coverage of this installation. It changes with the code only."""
    found = coverage_map()
    proven = json.loads(PROVEN.read_text())
    return Coverage(
        [Line(one, proven["routes"].get(one.name, "")) for one in found.routes],
        [Line(one, proven["models"].get(one.name, "")) for one in found.models],
        found.unmapped,
    )
