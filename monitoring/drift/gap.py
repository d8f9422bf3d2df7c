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

from .buckets import BucketMap, Tally, collect, counts_of, map_of, numpy, tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 1e-15  # gaps that differ by more never trade places by rounding
OPENED_SHARE = 0.5  # of more values than this, sorting all of them is quicker than opening buckets
COUNTS_UP_TO = 2**62
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
        upto = None if buckets is None else counts_of(ordered, buckets).cumsum()
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
    f, c = reference.counts, counted.counts
    if n * m < COUNTS_UP_TO:
        after = reference.upto * m - counted.upto * n
        # In the float that a difference of two shares is, more than this apart stays apart.
        slack = int(n * m * ROUNDING)
        ahead = after + c * n  # the most that the reference can be ahead inside, and below, the least
        behind = after - f * m
        best_ahead, best_behind = max(int(after.max()), 0), max(-int(after.min()), 0)
        above = ahead >= (max(best_ahead, best_behind) if alternative == TWO_SIDED else best_ahead) - slack
        below = -behind >= (max(best_ahead, best_behind) if alternative == TWO_SIDED else best_behind) - slack
        opened = (f + c > 0) & (above if alternative == GREATER else below if alternative == LESS else above | below)
        known = opened & False
        if counted.mixed is not None and reference.buckets.singles is not None:
            known = opened & (counted.mixed == 0) & (reference.buckets.singles == reference.buckets.singles)
        opened &= ~known
        taken, given = int(f[opened].sum()), int(c[opened].sum())
        if taken + given <= OPENED_SHARE * (n + m):
            found = _inside(reference, current, counted, opened, known, (f, c, given))
            return _choose(*found, n, m, alternative)
    kept = np.sort(current[np.isfinite(current)] if current.dtype.kind == "f" else current)
    return merged_gap(reference.part(0, n).astype(current.dtype), kept, alternative=alternative)


def merged_gap(first: NDArray[Any], second: NDArray[Any], *, alternative: str = TWO_SIDED) -> Gap:
    """The gap between two sorted samples, by looking each value up in both."""
    np = numpy()
    ranks = [np.searchsorted(sample, both, side="right") for both in (first, second) for sample in (first, second)]
    values = np.concatenate([first, second])
    i, j = np.concatenate([ranks[0], ranks[2]]), np.concatenate([ranks[1], ranks[3]])
    return _choose(values, i, j, len(first), len(second), alternative)


def _inside(
    reference: Ordered, current: Any, counted: Tally, opened: Any, known: Any, masses: tuple[Any, Any, int]
) -> tuple[Any, Any, Any]:
    """Values, and how many of either sample lie at or below each: all that a gap could be reached at.

    First the reference's values and then the others, as in the order in which scipy looks through them.
    """
    np = numpy()
    if reference.buckets is None or reference.upto is None:
        raise TypeError("The reference has no buckets to open.")
    f, c, given = masses
    upto, counts_upto = reference.upto, counted.upto
    places = np.flatnonzero(opened & (f > 0))
    parts = [reference.part(start, stop) for start, stop in _runs(upto, f, places)]
    first = np.concatenate(parts).astype(current.dtype) if parts else np.empty(0, current.dtype)
    second = collect(current, reference.buckets, opened, given)
    # In an opened bucket: all before the bucket, and the rank among what was taken out of it.
    all_opened = np.flatnonzero(opened)
    before_i, before_j = (upto - f)[all_opened], (counts_upto - c)[all_opened]
    skipped_i = before_i - (np.cumsum(f[all_opened]) - f[all_opened])
    skipped_j = before_j - (np.cumsum(c[all_opened]) - c[all_opened])
    values, i, j = [], [], []
    for own, masses_here in ((first, f), (second, c)):
        owner = np.repeat(np.arange(len(all_opened)), masses_here[all_opened])
        values.append(own)
        i.append(_ranks(own, first) + skipped_i[owner])
        j.append(_ranks(own, second) + skipped_j[owner])
    singles = reference.buckets.singles
    if singles is not None and known.any():
        for side, masses_here in enumerate((f, c)):
            held = np.flatnonzero(known & (masses_here > 0))
            merged = np.concatenate([values[side], singles[held].astype(current.dtype)])
            order = np.argsort(merged, kind="stable")
            values[side] = merged[order]
            i[side] = np.concatenate([i[side], upto[held]])[order]
            j[side] = np.concatenate([j[side], counts_upto[held]])[order]
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


def _runs(upto: Any, f: Any, places: Any) -> list[tuple[int, int]]:
    """Neighbouring buckets read as one piece."""
    runs: list[tuple[int, int]] = []
    for start, stop in zip((upto - f)[places].tolist(), upto[places].tolist(), strict=True):
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], stop)
        else:
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
