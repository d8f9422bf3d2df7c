"""Bins of a reference that are published, so that others can count their values in them and send the counts alone.

A bin is (edge before, edge], the last one ends nowhere. At every edge the counts give both distribution functions, so
what is missed is what happens between two edges: never more than the reference's share in one bin, about one in four
thousand (`Bins.error` has it). A value that occurs more often has a bin of its own, in which nothing can be missed.

Each bin holds twenty values of the reference or more. Only between two such frequent values fewer may lie: the edges
there are the frequent values, and tell nothing of those few.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .bucket_map import EXACT_WHOLE
from .buckets import numpy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FINEST = 4000  # bins of equal share: 2.5e-4 each
FEWEST = 20  # no bin of fewer values is told, by either side
DIGITS = 17
OTHER = "all others"  # categories that are told together


@dataclass(frozen=True)
class Bins:
    """``edges`` in ascending order, how many reference values lie up to each, and all; ``dropped`` are no numbers.

    ``alone`` marks the bins (one more than edges) that can hold one value alone.
    """

    edges: tuple[float, ...]
    upto: tuple[int, ...]
    alone: tuple[bool, ...]
    size: int
    dropped: int

    @property
    def error(self) -> float:
        """How much a gap that is measured at the edges can fall short of the true one, at the most."""
        ends = (0, *self.upto, self.size)
        masses = [after - before for before, after in pairwise(ends)]
        return max((mass for mass, alone in zip(masses, self.alone, strict=True) if not alone), default=0) / self.size

    def as_json(self) -> dict[str, Any]:
        """The bins as plain JSON."""
        return {
            "edges": self.edges, "upto": self.upto, "alone": [place for place, alone in enumerate(self.alone) if alone],
            "size": self.size, "dropped": self.dropped,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Bins:
        """What `as_json` gave."""
        alone = set(data["alone"])
        edges = tuple(data["edges"])
        marks = tuple(place in alone for place in range(len(edges) + 1))
        return cls(edges, tuple(data["upto"]), marks, data["size"], data["dropped"])


def bins_of(ordered: NDArray[Any], dropped: int) -> Bins | None:
    """Bins for the sorted finite values of a reference; None for fewer than forty, or beyond exact whole numbers."""
    np = numpy()
    size = len(ordered)
    if size < 2 * FEWEST or (
        ordered.dtype.kind in "iu" and max(abs(int(ordered[0])), abs(int(ordered[-1]))) > EXACT_WHOLE
    ):
        return None
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    values = ordered[starts].astype(np.float64)
    upto = np.append(starts[1:], size)
    room = max(FEWEST, size // FINEST)
    often = np.flatnonzero(np.diff(upto, prepend=0) > room)
    edges: list[float] = []
    alone: list[bool] = []

    def end(edge: float, holds_one: bool) -> None:
        if not edges or edge > edges[-1]:
            edges.append(edge)
            alone.append(holds_one)

    place, before, following = 0, 0, 0
    while place < len(values):
        stop = int(often[following]) if following < len(often) else len(values)
        while place < stop:
            reached = _filled(upto, before, stop, room)
            if reached == len(values):
                break
            if reached < stop:  # the values before a frequent one end beside it
                end(_between(float(values[reached - 1]), float(values[reached])), False)
            place, before = reached, int(upto[reached - 1])
        if stop == len(values):
            break
        value = float(values[stop])
        end(float(np.nextafter(value, -np.inf)), False)
        end(value, True)
        place, before, following = stop + 1, int(upto[stop]), following + 1
    ranks = np.append(0, upto)[np.searchsorted(values, np.array(edges), "right")]
    return Bins(tuple(edges), tuple(int(rank) for rank in ranks), (*alone, False), size, dropped)


def _filled(upto: NDArray[Any], before: int, stop: int, room: int) -> int:
    """Where a bin ends that begins after ``before`` values: with all that it has room for, but with enough in it, and
    enough left before ``stop`` for another. Where there are not enough for two, it takes all.
    """
    total = int(upto[stop - 1])
    enough = int(upto.searchsorted(before + FEWEST)) + 1
    reached = min(max(int(upto.searchsorted(before + room, "right")), enough), stop)
    if 0 < total - int(upto[reached - 1]) < FEWEST:
        reached = int(upto.searchsorted(total - FEWEST, "right"))
        return reached if reached >= enough else stop
    return reached


def _between(low: float, high: float) -> float:
    """The roundest number from ``low`` to below ``high``: an edge tells no value of the data."""
    middle = low + (high - low) / 2 if math.isfinite(high - low) else low / 2 + high / 2
    for digits in range(1, DIGITS + 1):
        found = float(f"{middle:.{digits}g}")
        if low <= found < high:
            return found
    return low
