"""Which bucket a value belongs to: a map that spreads the values of a reference over tens of thousands.

It is monotone in the value: at each border between buckets, counts give both distribution functions exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelops.lib.late import late

if TYPE_CHECKING:
    from numpy.typing import NDArray

np = late("numpy")
MOST = 65_536
FEWEST = 256
VALUES_A_BUCKET = 8
# So many values lie beyond each end of the even buckets, in the outermost: an outlier of 1e9 would press
# all others into one bucket.
BEYOND = 0.001
EXACT_WHOLE = 2**53  # whole numbers up to here are themselves as floats
DISTINCT_SHARE = 16  # a sample has few distinct values where each occurs so often on average


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
        with np.errstate(over="ignore"):
            places = (values - np.float64(self.low)) * self.scale
        return np.clip(places, 0, self.count - 1).astype(np.int64)


def map_of(ordered: NDArray[Any]) -> BucketMap | None:
    """A map that spreads the sorted finite values; None where there is none (one value, a range beyond floats)."""
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


def _singles(ordered: NDArray[Any], buckets: BucketMap) -> NDArray[Any] | None:
    """The only value of each bucket, where the sample has few distinct values; NaN (or a value outside) elsewhere."""
    if ordered.dtype.kind != "f":
        return None
    changes = ordered[1:] != ordered[:-1]
    if (np.count_nonzero(changes) + 1) * DISTINCT_SHARE > len(ordered):
        return None
    distinct = ordered[np.append(0, np.flatnonzero(changes) + 1)]
    places = buckets.of(distinct)
    alone = np.bincount(places, minlength=buckets.count)[places] == 1
    singles = np.full(buckets.count, np.nan)
    singles[places[alone]] = distinct[alone]
    return singles
