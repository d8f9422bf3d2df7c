"""The largest gap between two empirical distribution functions: exact, and without sorting the new sample.

Bucket counts give the gap at every border. Inside a bucket it can exceed that by no more than the bucket's own mass, so
only the few buckets that could beat the best border are opened: branch and bound, in whole numbers, hence exact. Where
the answer is a tie, it is decided by the same floating-point operations as in ``scipy.stats.ks_2samp``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelops.lib.compiled import compiled

from .bucket_map import BucketMap, map_of
from .buckets import Tally, collect, counts_of, numpy, tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 1e-15  # gaps that differ by more never trade places by rounding
OPENED_SHARE = 0.5  # of more values than this, sorting all of them is quicker than opening buckets
COUNTS_UP_TO = 2**62
_NEVER = 2**63 - 1
TWO_SIDED, LESS, GREATER = "two-sided", "less", "greater"


@dataclass(frozen=True)
class Gap:
    """The gap in one direction or the larger of both; +1 where the reference is ahead, -1 where the other sample is."""

    statistic: float
    location: float
    sign: int


Slice = Callable[[int, int], "NDArray[Any]"]


@dataclass(frozen=True)
class Ordered:
    """A reference of ``size`` finite values: its buckets, and ``part`` that gives sorted values from one place to
    another. The values may lie in a sealed file, of which only the parts that are needed are opened.
    """

    size: int
    kind: str
    part: Slice
    buckets: BucketMap | None
    upto: NDArray[Any] | None

    @cached_property
    def counts(self) -> NDArray[Any]:
        """How many values each bucket holds."""
        return numpy().diff(self.upto, prepend=0)

    @classmethod
    def of(cls, ordered: NDArray[Any]) -> Ordered:
        """A reference in memory, from sorted finite values."""
        buckets = map_of(ordered)
        upto = None if buckets is None else counts_of(ordered, buckets).cumsum(dtype=numpy().int64)
        return cls(len(ordered), ordered.dtype.str, lambda start, stop: ordered[start:stop], buckets, upto)


def largest_gap(reference: Ordered, current: NDArray[Any], *, alternative: str = TWO_SIDED) -> tuple[Gap, int]:
    """The gap to the finite values of ``current``, in any order, and how many of these there are."""
    np = numpy()
    kind = np.result_type(np.dtype(reference.kind), current.dtype)
    current = current.astype(kind, copy=False)
    if reference.buckets is not None and reference.upto is not None:
        counted = tally(current, reference.buckets)
        gap = counted_gap(reference, current, counted, alternative=alternative)
        return gap, len(current) - counted.dropped
    kept = np.sort(current[np.isfinite(current)] if kind.kind == "f" else current)
    if not len(kept):
        return Gap(0.0, 0.0, 1), 0
    return merged_gap(reference.part(0, reference.size).astype(kind), kept, alternative=alternative), len(kept)


def counted_gap(reference: Ordered, current: NDArray[Any], counted: Tally, *, alternative: str = TWO_SIDED) -> Gap:
    """The gap of a sample that has been counted; ``current`` is read again where a bucket must be opened."""
    np = numpy()
    if reference.buckets is None or reference.upto is None:
        raise TypeError("The reference has no buckets to count in.")
    n, m = reference.size, len(current) - counted.dropped
    if not m:
        return Gap(0.0, 0.0, 1)
    if n * m < COUNTS_UP_TO:
        upto, theirs = reference.upto, counted.upto
        best = np.zeros(2, np.int64)
        _at_borders(upto, theirs, n, m, best)
        # In the float that a difference of two shares is, more than this apart stays apart.
        slack = int(n * m * ROUNDING)
        ahead, behind = (int(best.max()),) * 2 if alternative == TWO_SIDED else best.tolist()
        # No bucket can be so far ahead or behind as twice all: what nobody asks for opens none.
        wanted = np.array([_NEVER if alternative == LESS else ahead - slack,
                           _NEVER if alternative == GREATER else behind - slack], np.int64)  # fmt: skip
        singles = reference.buckets.singles
        alone = np.empty(0, np.uint8)
        if counted.mixed is not None and singles is not None:
            alone = ((counted.mixed == 0) & (singles == singles)).view(np.uint8)
        places = np.empty((2, len(upto)), np.int64)
        sizes = np.zeros(2, np.int64)
        _that_may_beat(upto, theirs, n, m, wanted, alone, places, sizes)
        opened, known = (places[kind, : sizes[kind]] for kind in (0, 1))
        f, c = (_masses(side, opened) for side in (upto, theirs))
        if int(f.sum() + c.sum()) <= OPENED_SHARE * (n + m):
            return _choose(*_inside(reference, current, counted, opened, known), n, m, alternative)
    kept = np.sort(current[np.isfinite(current)] if current.dtype.kind == "f" else current)
    return merged_gap(reference.part(0, n).astype(current.dtype), kept, alternative=alternative)


def merged_gap(first: NDArray[Any], second: NDArray[Any], *, alternative: str = TWO_SIDED) -> Gap:
    """The gap between two sorted samples, by looking each value up in both."""
    np = numpy()
    ranks = [np.searchsorted(sample, both, side="right") for both in (first, second) for sample in (first, second)]
    values = np.concatenate([first, second])
    i, j = np.concatenate([ranks[0], ranks[2]]), np.concatenate([ranks[1], ranks[3]])
    return _choose(values, i, j, len(first), len(second), alternative)


def _at_borders_twin(upto: Any, theirs: Any, n: int, m: int, best: Any) -> int:
    after = upto * m - theirs * n
    best[0], best[1] = max(int(after.max()), 0), max(-int(after.min()), 0)
    return len(upto)


@compiled(_at_borders_twin)
def _at_borders(upto: Any, theirs: Any, n: int, m: int, best: Any) -> int:
    """The most that the reference is ahead and behind at any border, times n m."""
    highest = lowest = 0
    for place in range(len(upto)):
        after = upto[place] * m - theirs[place] * n
        highest = max(highest, after)
        lowest = min(lowest, after)
    best[0], best[1] = highest, -lowest
    return len(upto)


def _that_may_beat_twin(
    upto: Any, theirs: Any, n: int, m: int, wanted: Any, alone: Any, places: Any, sizes: Any
) -> int:
    np = numpy()
    after = upto * m - theirs * n
    f, c = np.diff(upto, prepend=0), np.diff(theirs, prepend=0)
    chosen = ((after + c * n >= wanted[0]) | (f * m - after >= wanted[1])) & (f + c > 0)
    kinds = (chosen & (alone == 0), chosen & (alone != 0)) if len(alone) else (chosen, chosen & False)
    for kind, marked in enumerate(kinds):
        found = np.flatnonzero(marked)
        sizes[kind] = len(found)
        places[kind, : len(found)] = found
    return len(upto)


@compiled(_that_may_beat_twin)
def _that_may_beat(upto: Any, theirs: Any, n: int, m: int, wanted: Any, alone: Any, places: Any, sizes: Any) -> int:
    """Buckets inside which the gap may be ``wanted`` (ahead, behind): those to open, and those of one value alone."""
    opened = known = 0
    mine = others = 0
    for place in range(len(upto)):
        after = upto[place] * m - theirs[place] * n
        # Inside, the reference is ahead the most where all of its values come first, and least where all others do.
        may = after + (theirs[place] - others) * n >= wanted[0] or (upto[place] - mine) * m - after >= wanted[1]
        if may and upto[place] + theirs[place] > mine + others:
            if len(alone) and alone[place]:
                places[1, known] = place
                known += 1
            else:
                places[0, opened] = place
                opened += 1
        mine, others = upto[place], theirs[place]
    sizes[0], sizes[1] = opened, known
    return len(upto)


def _masses(upto: Any, places: Any) -> Any:
    """How many values lie in each of some buckets."""
    return upto[places] - numpy().where(places > 0, upto[places - 1], 0)


def _inside(reference: Ordered, current: Any, counted: Tally, opened: Any, known: Any) -> tuple[Any, Any, Any]:
    """Values, and how many of either sample lie at or below each: all that a gap could be reached at.

    First the reference's values and then the others, as in the order in which scipy looks through them.
    """
    np = numpy()
    if reference.buckets is None or reference.upto is None:
        raise TypeError("The reference has no buckets to open.")
    upto, theirs = reference.upto, counted.upto
    f, c = _masses(upto, opened), _masses(theirs, opened)
    parts = [reference.part(start, stop) for start, stop in _runs(upto[opened], f)]
    first = np.concatenate(parts).astype(current.dtype) if parts else np.empty(0, current.dtype)
    second = collect(current, counted, opened, int(c.sum()))
    # In an opened bucket: all before the bucket, and the rank among what was taken out of it.
    skipped_i = upto[opened] - np.cumsum(f)
    skipped_j = theirs[opened] - np.cumsum(c)
    values, i, j = [], [], []
    for own, masses_here in ((first, f), (second, c)):
        owner = np.repeat(np.arange(len(opened)), masses_here)
        values.append(own)
        i.append(_ranks(own, first) + skipped_i[owner])
        j.append(_ranks(own, second) + skipped_j[owner])
    singles = reference.buckets.singles
    if singles is not None and len(known):
        for side, side_upto in enumerate((upto, theirs)):
            held = known[_masses(side_upto, known) > 0]
            merged = np.concatenate([values[side], singles[held].astype(current.dtype)])
            order = np.argsort(merged, kind="stable")
            values[side] = merged[order]
            i[side] = np.concatenate([i[side], upto[held]])[order]
            j[side] = np.concatenate([j[side], theirs[held]])[order]
    return np.concatenate(values), np.concatenate(i), np.concatenate(j)


def _ranks(own: Any, other: Any) -> Any:
    """How many of ``other`` lie at or below each of ``own``; both sorted."""
    ranks = numpy().empty(len(own), "int64")
    _walk(own, other, ranks)
    return ranks


def _walk_twin(own: Any, other: Any, ranks: Any) -> int:
    ranks[:] = numpy().searchsorted(other, own, side="right")
    return len(other)


@compiled(_walk_twin)
def _walk(own: Any, other: Any, ranks: Any) -> int:
    below = 0
    for place in range(len(own)):
        while below < len(other) and other[below] <= own[place]:
            below += 1
        ranks[place] = below
    return below


def _runs(upto: Any, masses: Any) -> list[tuple[int, int]]:
    """Where the values of some buckets lie in the reference; neighbouring buckets are read as one piece."""
    runs: list[tuple[int, int]] = []
    for start, stop in zip((upto - masses).tolist(), upto.tolist(), strict=True):
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], stop)
        elif stop > start:
            runs.append((start, stop))
    return runs


def _choose(values: Any, i: Any, j: Any, n: int, m: int, alternative: str) -> Gap:
    """The extreme of i/n - j/m, with scipy's own arithmetic and its order among ties."""
    np = numpy()
    gaps = i / n - j / m
    lowest, highest = int(np.argmin(gaps)), int(np.argmax(gaps))
    below, above = min(max(-float(gaps[lowest]), 0.0), 1.0), float(gaps[highest])
    if alternative == LESS or (alternative == TWO_SIDED and below > above):
        return Gap(below, float(values[lowest]), -1)
    return Gap(above, float(values[highest]), 1)
