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
from .buckets import Tally, collect, numpy, tally
from .sample import Sample

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
        upto = None
        if buckets is not None:
            upto = tally(Sample.of(ordered), BucketMap(buckets.low, buckets.scale, buckets.count)).upto
        return cls(len(ordered), ordered.dtype.str, lambda start, stop: ordered[start:stop], buckets, upto)


def largest_gap(reference: Ordered, current: NDArray[Any], *, alternative: str = TWO_SIDED) -> tuple[Gap, int]:
    """The gap to the finite values of ``current``, in any order, and how many of these there are."""
    sample = Sample.of(current).of_kind(numpy().result_type(numpy().dtype(reference.kind), current.dtype))
    if reference.buckets is not None:
        counted = tally(sample, reference.buckets)
        return counted_gap(reference, counted, alternative=alternative), counted.size
    kept = sample.finite_ordered
    if not len(kept):
        return Gap(0.0, 0.0, 1), 0
    return merged_gap(reference.part(0, reference.size).astype(sample.kind), kept, alternative=alternative), len(kept)


def counted_gap(reference: Ordered, counted: Tally, *, alternative: str = TWO_SIDED) -> Gap:
    """The gap of a sample that has been counted; its values are read again where a bucket must be opened."""
    np = numpy()
    if reference.buckets is None or reference.upto is None:
        raise TypeError("The reference has no buckets to count in.")
    n, m = reference.size, counted.size
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
            return _choose(*_inside(reference, counted, opened, known, wanted, slack), n, m, alternative)
    whole = reference.part(0, n).astype(counted.sample.kind)
    return merged_gap(whole, counted.sample.finite_ordered, alternative=alternative)


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


def _inside(
    reference: Ordered, counted: Tally, opened: Any, known: Any, wanted: Any, slack: int
) -> tuple[Any, Any, Any]:
    """Values, and how many of either sample lie at or below each: all that the gap could be reached at.

    First the reference's values and then the others, as in the order in which scipy looks through them.
    """
    np = numpy()
    if reference.buckets is None or reference.upto is None:
        raise TypeError("The reference has no buckets to open.")
    upto, theirs, kind = reference.upto, counted.upto, counted.sample.kind
    f, c = _masses(upto, opened), _masses(theirs, opened)
    parts = [reference.part(start, stop) for start, stop in _runs(upto[opened], f)]
    first = np.concatenate(parts).astype(kind, copy=False) if parts else np.empty(0, kind)
    second = collect(counted, opened, int(c.sum()))
    ends = np.array([np.cumsum(f), np.cumsum(c)])
    # In an opened bucket: all before the bucket, and the rank among what was taken out of it.
    skipped = np.array([upto[opened], theirs[opened]]) - ends
    found = np.empty((2, 3, len(first) + len(second)), np.int64)  # for either sample: place, and rank in both
    sizes = np.zeros(2, np.int64)
    bounds = np.array([wanted[0], wanted[1], slack], np.int64)
    _that_reach(first, second, ends, skipped, reference.size, counted.size, bounds, found, sizes)
    values, i, j = ([], [], [])
    for side, own in enumerate((first, second)):
        place, *ranks = found[side, :, : sizes[side]]
        values.append(own[place])
        i.append(ranks[0])
        j.append(ranks[1])
    singles = reference.buckets.singles
    if singles is not None and len(known):
        for side, side_upto in enumerate((upto, theirs)):
            held = known[_masses(side_upto, known) > 0]
            merged = np.concatenate([values[side], singles[held].astype(kind)])
            order = np.argsort(merged, kind="stable")
            values[side] = merged[order]
            i[side] = np.concatenate([i[side], upto[held]])[order]
            j[side] = np.concatenate([j[side], theirs[held]])[order]
    return np.concatenate(values), np.concatenate(i), np.concatenate(j)


def _that_reach_twin(
    first: Any, second: Any, ends: Any, skipped: Any, n: int, m: int, bounds: Any, found: Any, sizes: Any
) -> int:
    np = numpy()
    for side, own in enumerate((first, second)):
        owner = np.repeat(np.arange(ends.shape[1]), np.diff(ends[side], prepend=0))
        i, j = (
            np.searchsorted(other, own, side="right") + skipped[which][owner]
            for which, other in enumerate((first, second))
        )
        lead = i * m - j * n
        place = np.flatnonzero((lead >= bounds[0]) | (-lead >= bounds[1]))
        sizes[side] = len(place)
        found[side, :, : len(place)] = place, i[place], j[place]
    return len(first)


@compiled(_that_reach_twin)
def _that_reach(
    first: Any, second: Any, ends: Any, skipped: Any, n: int, m: int, bounds: Any, found: Any, sizes: Any
) -> int:
    """The values of either sample at which the gap is as large as at any border: at least ``bounds`` ahead or behind.

    Both samples are walked along together. What is less than something already found is passed over, so that almost
    nothing is left to be looked at in floats.
    """
    ahead, behind, slack = bounds[0], bounds[1], bounds[2]
    i = j = own = other = 0
    for bucket in range(ends.shape[1]):
        stop_i, stop_j = ends[0, bucket], ends[1, bucket]
        while i < stop_i or j < stop_j:
            has_i = j >= stop_j or (i < stop_i and first[i] <= second[j])
            has_j = i >= stop_i or (j < stop_j and second[j] <= first[i])
            value = first[i] if has_i else second[j]
            while i < stop_i and first[i] == value:
                i += 1
            while j < stop_j and second[j] == value:
                j += 1
            rank_i, rank_j = i + skipped[0, bucket], j + skipped[1, bucket]
            lead = rank_i * m - rank_j * n
            if lead >= ahead or -lead >= behind:
                # Where nothing is asked of a direction, its bound is out of reach and stays there.
                ahead = max(ahead, lead - slack)
                behind = max(behind, -lead - slack)
                if has_i:
                    found[0, 0, own], found[0, 1, own], found[0, 2, own] = i - 1, rank_i, rank_j
                    own += 1
                if has_j:
                    found[1, 0, other], found[1, 1, other], found[1, 2, other] = j - 1, rank_i, rank_j
                    other += 1
    sizes[0], sizes[1] = own, other
    return len(first)


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
