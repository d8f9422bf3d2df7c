"""Rows that break a rule, counted as the walk comes by them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .cells import Cells
from .kinds import FIRST_ROWS, Mask


class Watch(ABC):
    """A rule about single rows of some columns."""

    columns: tuple[str, ...]

    @abstractmethod
    def look(self, cells: list[Cells]) -> tuple[Mask, int]:
        """Which rows of a batch break the rule, and how many rows it was asked of. Runs in any thread."""


@dataclass(frozen=True)
class WatchFacts:
    """How many of how many rows break the rule, and the first of them with the values of the rule's columns."""

    count: int
    of: int
    first: tuple[tuple[int, tuple[Any, ...]], ...]


@dataclass(slots=True)
class WatchPart:
    """What one batch gives."""

    count: int
    of: int
    first: list[tuple[int, tuple[Any, ...]]]


@dataclass
class WatchTrack:
    """Parts go in, in the order of the rows."""

    watch: Watch
    places: list[int]
    count: int = 0
    of: int = 0
    first: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)

    @property
    def wants_rows(self) -> bool:
        """Whether more rows are wanted as examples."""
        return len(self.first) < FIRST_ROWS

    def measure(self, cells: Mapping[int, Cells], start: int, *, with_rows: bool) -> WatchPart:
        """Look at one batch, whose columns ``cells`` has by their places; changes nothing."""
        mine = [cells[place] for place in self.places]
        broken, of = self.watch.look(mine)
        count = int(np.count_nonzero(broken))
        rows = np.flatnonzero(broken)[:FIRST_ROWS] if count and with_rows else ()
        first = [(start + int(row) + 1, tuple(each.value_at(int(row)) for each in mine)) for row in rows]
        return WatchPart(count, of, first)

    def add(self, part: WatchPart) -> None:
        """Take the part of the next batch."""
        self.count += part.count
        self.of += part.of
        self.first = (self.first + part.first)[:FIRST_ROWS]

    def finish(self) -> WatchFacts:
        """The facts."""
        return WatchFacts(self.count, self.of, tuple(self.first))
