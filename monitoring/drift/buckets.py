"""Counts of values in tens of thousands of buckets, without sorting: the map of a reference and the pass over a sample.

The map is monotone in the value: at each border between buckets the counts give both distribution functions exactly.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from modelops.lib.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 65_536
FEWEST = 256
VALUES_A_BUCKET = 8
# So many values lie beyond each end of the even buckets, in the outermost: an outlier of 1e9 would press
# all others into one bucket.
BEYOND = 0.004
EXACT_WHOLE = 2**53  # whole numbers up to here are themselves as floats
PIECE = 65_536  # values in a vectorised step: they stay in the processor's cache
AT_ONCE = 4096  # values whose places stay in the nearest cache
DISTINCT_SHARE = 16  # a sample has few distinct values where each occurs so often on average


@cache
def numpy() -> Any:
    """Loaded by who computes; the web process lists results and never does."""
    return importlib.import_module("numpy")


@dataclass(frozen=True)
class BucketMap:
    """The bucket of x is (x - low) * scale, cut to [0, count). ``singles`` has the value of a bucket that holds one."""

    low: float
    scale: float
    count: int
    singles: NDArray[Any] | None = None

    def border(self, place: Any) -> Any:
        """About where bucket ``place`` begins, for pictures."""
        return self.low + place / self.scale

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """The buckets of finite values."""
        np = numpy()
        with np.errstate(over="ignore"):
            places = (values - np.float64(self.low)) * self.scale
        return np.clip(places, 0, self.count - 1).astype(np.int64)


@dataclass(frozen=True)
class Tally:
    """What one pass over a sample counts; ``mixed`` marks buckets with another value than the reference's only one."""

    counts: NDArray[Any]
    mixed: NDArray[Any] | None
    dropped: int

    @cached_property
    def upto(self) -> NDArray[Any]:
        """How many values lie in each bucket and all before it."""
        return self.counts.cumsum()


def map_of(ordered: NDArray[Any]) -> BucketMap | None:
    """A map that spreads the sorted finite values; None where there is none (one value, a range beyond floats)."""
    np = numpy()
    if len(ordered) < 2 or ordered[0] == ordered[-1]:
        return None
    first, last = float(ordered[0]), float(ordered[-1])
    whole = ordered.dtype.kind in "iu" and max(abs(first), abs(last)) < EXACT_WHOLE
    if whole and last - first < MOST - 2:
        # A bucket for each whole number, and one beyond either end.
        count = int(last - first) + 3
        singles = np.arange(count, dtype=ordered.dtype) + (ordered[0] - ordered.dtype.type(1)) if first >= 1 else None
        if singles is None and ordered.dtype.kind == "i":
            singles = np.arange(count, dtype=ordered.dtype) + (ordered[0] - 1)
        if singles is not None:
            return BucketMap(first - 1, 1.0, count, singles)
    count = min(MOST, max(FEWEST, 1 << (len(ordered) // VALUES_A_BUCKET).bit_length() - 1 if len(ordered) > 8 else 0))
    beyond = int(len(ordered) * BEYOND)
    low, high = float(ordered[beyond]), float(ordered[-1 - beyond])
    if low == high:
        low, high = first, last
    with np.errstate(all="ignore"):
        scale = float(np.float64(count) / (np.float64(high) - np.float64(low)))
    if not (math.isfinite(scale) and scale > 0 and math.isfinite(high - low)):
        return None
    found = BucketMap(low, scale, count)
    return BucketMap(low, scale, count, _singles(ordered, found))


def counts_of(ordered: NDArray[Any], buckets: BucketMap) -> NDArray[Any]:
    """How many of the sorted finite values each bucket holds."""
    np = numpy()
    counts = np.zeros(buckets.count, np.int64)
    _count(ordered, buckets.low, buckets.scale, counts, np.empty(AT_ONCE, np.uint32))
    return counts


def _singles(ordered: NDArray[Any], buckets: BucketMap) -> NDArray[Any] | None:
    """The only value of each bucket, where the sample has few distinct values; NaN (or a value outside) elsewhere."""
    np = numpy()
    if ordered.dtype.kind != "f":
        return None
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if len(starts) * DISTINCT_SHARE > len(ordered):
        return None
    distinct = ordered[starts]
    places = buckets.of(distinct)
    alone = np.bincount(places, minlength=buckets.count)[places] == 1
    singles = np.full(buckets.count, np.nan)
    singles[places[alone]] = distinct[alone]
    return singles


def tally(values: NDArray[Any], buckets: BucketMap) -> Tally:
    """Count the finite values of a sample, bucket by bucket."""
    np = numpy()
    counts, places = np.zeros(buckets.count, np.int64), np.empty(AT_ONCE, np.uint32)
    if buckets.singles is None:
        return Tally(counts, None, int(_count(values, buckets.low, buckets.scale, counts, places)))
    mixed = np.zeros(buckets.count, np.uint8)
    singles = buckets.singles.astype(values.dtype, copy=False)
    dropped = int(_count_singles(values, buckets.low, buckets.scale, counts, places, singles, mixed))
    return Tally(counts, mixed, dropped)


def collect(values: NDArray[Any], buckets: BucketMap, wanted: NDArray[Any], size: int) -> NDArray[Any]:
    """The ``size`` finite values that lie in wanted buckets, sorted."""
    np = numpy()
    found = np.empty(size + 1, values.dtype)
    if size:
        _gather(values, buckets.low, buckets.scale, wanted.astype(np.uint8), np.empty(AT_ONCE, np.uint32), found)
    found = found[:size]
    found.sort()
    return found


def _places(piece: Any, low: float, scale: float, count: int) -> tuple[Any, Any]:
    np = numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        kept = piece[np.isfinite(piece)] if piece.dtype.kind == "f" else piece
        places = np.clip((kept - np.float64(low)) * scale, 0, count - 1).astype(np.int64)
    return kept, places


def _count_twin(values: Any, low: float, scale: float, counts: Any, _: Any) -> int:
    np = numpy()
    dropped = 0
    for start in range(0, len(values), PIECE):
        piece = values[start : start + PIECE]
        kept, places = _places(piece, low, scale, len(counts))
        counts += np.bincount(places, minlength=len(counts))
        dropped += len(piece) - len(kept)
    return dropped


@compiled(_count_twin)
def _count(values: Any, low: float, scale: float, counts: Any, places: Any) -> int:
    # First where a piece of the values belongs, many at a time, then the counting. Neither loop has a branch: values
    # fall into buckets as they like, and no processor guesses that. What is not finite has any place, and is rare.
    dropped = 0
    top = float(len(counts) - 1)
    for start in range(0, len(values), len(places)):
        piece = values[start : start + len(places)]
        unfit = 0
        for i in range(len(piece)):
            value = float(piece[i])
            unfit += not abs(value) <= 1.7976931348623157e308
            place = (value - low) * scale
            place = place if place > 0.0 else 0.0
            places[i] = place if place < top else top
        dropped += unfit
        for i in range(len(piece)):
            if not unfit or abs(float(piece[i])) <= 1.7976931348623157e308:
                counts[places[i]] += 1
    return dropped


def _count_singles_twin(values: Any, low: float, scale: float, counts: Any, _: Any, singles: Any, mixed: Any) -> int:
    np = numpy()
    dropped = 0
    for start in range(0, len(values), PIECE):
        piece = values[start : start + PIECE]
        kept, places = _places(piece, low, scale, len(counts))
        counts += np.bincount(places, minlength=len(counts))
        mixed[places[kept != singles[places]]] = 1
        dropped += len(piece) - len(kept)
    return dropped


@compiled(_count_singles_twin)
def _count_singles(values: Any, low: float, scale: float, counts: Any, places: Any, singles: Any, mixed: Any) -> int:
    dropped = 0
    top = float(len(counts) - 1)
    for start in range(0, len(values), len(places)):
        piece = values[start : start + len(places)]
        unfit = 0
        for i in range(len(piece)):
            value = float(piece[i])
            unfit += not abs(value) <= 1.7976931348623157e308
            place = (value - low) * scale
            place = place if place > 0.0 else 0.0
            places[i] = place if place < top else top
        dropped += unfit
        for i in range(len(piece)):
            if not unfit or abs(float(piece[i])) <= 1.7976931348623157e308:
                counts[places[i]] += 1
                mixed[places[i]] |= piece[i] != singles[places[i]]
    return dropped


def _gather_twin(values: Any, low: float, scale: float, wanted: Any, _: Any, found: Any) -> int:
    size = 0
    for start in range(0, len(values), PIECE):
        kept, places = _places(values[start : start + PIECE], low, scale, len(wanted))
        taken = kept[wanted[places] != 0]
        found[size : size + len(taken)] = taken
        size += len(taken)
    return size


@compiled(_gather_twin)
def _gather(values: Any, low: float, scale: float, wanted: Any, places: Any, found: Any) -> int:
    # Each value is written, and the next one over it where it was not wanted: ``found`` has a place more than values.
    size = 0
    top = float(len(wanted) - 1)
    for start in range(0, len(values), len(places)):
        piece = values[start : start + len(places)]
        unfit = 0
        for i in range(len(piece)):
            value = float(piece[i])
            unfit += not abs(value) <= 1.7976931348623157e308
            place = (value - low) * scale
            place = place if place > 0.0 else 0.0
            places[i] = place if place < top else top
        for i in range(len(piece)):
            if not unfit or abs(float(piece[i])) <= 1.7976931348623157e308:
                found[size] = piece[i]
                size += wanted[places[i]]
    return size
