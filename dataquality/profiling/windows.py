"""A rank of a stream, exactly: keep only the values near where it must lie, count the others.

A window is an interval of values. Below it values are counted, inside they are kept (distinct values with how often
they occur), above they are forgotten. While the stream runs, the window narrows around the rank. At the end the kept
values either hold the wanted rank, which is then exact, or the window has missed it and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
KEPT = 1 << 16  # values that a window keeps; pending ones are merged when they are twice as many
SPREAD = 0.03  # how far the rank of a whole column may lie from that of its first rows, at first
_SIGMAS = 6.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The interval of a window, both ends included."""

    low: float
    high: float


class Window:
    """The window of one quantile ``q``; starts at ``bounds`` with nothing counted, keeps ``kept`` distinct values.

    One that ``narrows`` goes by rows: where a few values fill it, what few rows hold is as sure to have the rank.
    """

    def __init__(self, q: float, bounds: Bounds, kept: int = KEPT, *, narrows: bool = True) -> None:
        self.q = q
        self._kept = kept
        self._narrows = narrows
        self.bounds = bounds
        self.below = 0
        self._values: Floats = np.empty(0)
        self._counts: Counts = np.empty(0, dtype=np.int64)
        self._pending: list[Floats] = []
        self._pending_size = 0

    def add(self, below: int, inside: Floats | int, seen: int, used: Bounds) -> None:
        """Take what ``used`` (these bounds, or wider ones from before) gave; ``seen`` values have come so far."""
        self.below += below
        if isinstance(inside, int):
            self._add_times(inside)
            return
        if used != self.bounds:
            self.below += int(np.count_nonzero(inside < self.bounds.low))
            inside = inside[(inside >= self.bounds.low) & (inside <= self.bounds.high)]
        self._pending.append(inside)
        self._pending_size += len(inside)
        if self._pending_size > 2 * KEPT:
            self._merge()
            if len(self._values) > self._kept or (self._narrows and int(self._counts.sum()) > self._kept):
                self._narrow(seen)

    def order_statistics(self, places: tuple[int, ...]) -> list[float] | None:
        """The values at these places of the sorted stream (from 0), or None when one lies outside the window."""
        self._merge()
        upto = np.cumsum(self._counts) + self.below
        last = int(upto[-1]) if len(upto) else self.below
        if any(place < self.below or place >= last for place in places):
            return None
        return [float(self._values[np.searchsorted(upto, place, side="right")]) for place in places]

    def _add_times(self, count: int) -> None:
        """The one value of the window ``count`` times, without making them."""
        self._merge()
        if count:
            self._values = np.array([self.bounds.low])
            self._counts = np.array([count + int(self._counts.sum())], dtype=np.int64)

    def _merge(self) -> None:
        if not self._pending_size:
            self._pending.clear()
            return
        pending = self._pending
        self._pending, self._pending_size = [], 0
        if int(self._counts.sum()) <= max(2 * KEPT, 2 * len(self._values)):  # sorted with the others sooner than merged
            pending.append(np.repeat(self._values, self._counts))
            self._values, self._counts = _runs(np.concatenate(pending))
            return
        fresh, counts = _runs(np.concatenate(pending))
        self._values, place = np.unique(np.concatenate([self._values, fresh]), return_inverse=True)
        weights = np.concatenate([self._counts, counts])
        # Counts stay below 2**53, so adding them as floats is exact.
        self._counts = np.bincount(place, weights=weights, minlength=len(self._values)).astype(np.int64)

    def _narrow(self, seen: int) -> None:
        """Keep the middle of it, as many rows as half of the values that may be kept, around where the rank is now."""
        upto = np.cumsum(self._counts) + self.below
        rank, reach = int(self.q * (seen - 1)), self._kept // 4
        ends = np.searchsorted(upto, [rank - reach, rank + reach], side="right")
        first, last = (min(int(end), len(upto) - 1) for end in ends)
        self.below += int(self._counts[:first].sum())
        self._values, self._counts = self._values[first : last + 1], self._counts[first : last + 1]
        self.bounds = Bounds(float(self._values[0]), float(self._values[-1]))


def _runs(values: Floats) -> tuple[Floats, Counts]:
    """The distinct values in their order, and how often each occurs; sorts ``values`` in place."""
    values.sort()
    begins = np.flatnonzero(values[1:] != values[:-1]) + 1
    begins = np.concatenate([np.zeros(min(1, len(values)), dtype=np.intp), begins])
    return values[begins], np.diff(begins, append=len(values))


def around(sorted_sample: Floats, q: float, spread: float) -> Bounds:
    """Where the quantile of a stream lies of which this is a sample; ``spread`` is how far its rank may be off."""
    count = len(sorted_sample)
    reach = int(spread * count + _SIGMAS * (q * (1 - q) * count) ** 0.5) + 1
    place = round(q * (count - 1))
    low, high = sorted_sample[max(0, place - reach)], sorted_sample[min(count - 1, place + reach)]
    return Bounds(float(low), float(high))


def interpolated(at: float, before: float, after: float) -> float:
    """Between the two order statistics around the place ``at``, as numpy's and pandas' linear quantile has it."""
    share = at - int(at)
    step = after - before
    return after - step * (1 - share) if share >= 0.5 else before + step * share
