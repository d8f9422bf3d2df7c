"""What the pictures of a feature need: one histogram over common bins and the quantiles of both samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .statistics.ks import finite_sorted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .buckets import Tally
    from .gap import Ordered

BINS = 30
POINTS = 201  # quantiles at 0, 0.5, …, 100 %
# The picture ends where one value in two hundred of either sample lies outside; those are counted beside it.
OUTSIDE_SHARE = 0.005
WHOLE_NUMBERS_UP_TO = 40  # so few different whole numbers get a bin each
EXACT_UP_TO = 2**52  # halves between whole numbers are exact below it
DRAWN_UP_TO = 1e300  # beyond it the width of the picture itself would be infinite
RESOLUTION = 1e-9  # a range that is smaller in relation to its values is drawn as one bin


def profile(reference: NDArray[Any], current: NDArray[Any], *, ordered: bool = False) -> dict[str, Any]:
    """Edges, counts within them, counts outside, and quantiles, as plain JSON; both samples hold finite values.

    The numbers are values of the data, so whoever stores them seals them.
    """
    import numpy as np  # loaded in the worker only

    first, second = (reference, current) if ordered else (finite_sorted(reference)[0], finite_sorted(current)[0])
    edges = bin_edges(first, second)
    shares = np.linspace(0, 1, POINTS)
    samples = {}
    for name, sample in (("reference", first), ("current", second)):
        counts = np.histogram(sample, edges)[0]
        samples[name] = {
            "counts": counts.tolist(),
            "outside": int(len(sample) - counts.sum()),
            "quantiles": drawable_all(np.quantile(sample, shares, method="inverted_cdf")),
        }
    return {"edges": [float(edge) for edge in edges], **samples}


def drawable(value: float) -> float:
    """``value``, or the end of what can be drawn in its direction; what vanishes beside any other number is zero."""
    return 0.0 if abs(value) < 1 / DRAWN_UP_TO else min(max(value, -DRAWN_UP_TO), DRAWN_UP_TO)


def drawable_all(values: NDArray[Any]) -> list[float]:
    """`drawable` of each."""
    import numpy as np

    ends = np.clip(np.asarray(values, np.float64), -DRAWN_UP_TO, DRAWN_UP_TO)
    ends[np.abs(ends) < 1 / DRAWN_UP_TO] = 0.0
    told: list[float] = ends.tolist()
    return told


def bin_edges(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
    """At most ``BINS`` + 1 (a bin for each of few whole numbers: more) edges that show nearly all of both samples."""
    import numpy as np

    low = min(float(np.quantile(sample, OUTSIDE_SHARE, method="lower")) for sample in (first, second))
    high = max(float(np.quantile(sample, 1 - OUTSIDE_SHARE, method="higher")) for sample in (first, second))
    low, high = drawable(low), drawable(high)
    is_whole = all(sample.dtype.kind in "iu" or bool(np.all(sample == np.floor(sample))) for sample in (first, second))
    if is_whole and high - low < WHOLE_NUMBERS_UP_TO and max(abs(low), abs(high)) < EXACT_UP_TO:
        return np.arange(low - 0.5, high + 1.0)
    if is_whole and max(abs(low), abs(high)) < EXACT_UP_TO:
        # Bins as wide as a whole number: otherwise every other bin holds one value more than its neighbour.
        width = np.ceil((high - low + 1) / BINS)
        return low - 0.5 + width * np.arange(np.ceil((high - low + 1) / width) + 1)
    edges = np.unique(np.linspace(low, high, BINS + 1))
    if edges[-1] - edges[0] > abs(low) * RESOLUTION:
        return edges
    around = max(abs(low) * RESOLUTION, np.finfo(np.float64).tiny / RESOLUTION)
    return np.array([low - around, high + around])


def bin_picture(reference: Ordered, counted: Tally) -> dict[str, Any]:
    """The same from bucket counts, for samples that are not sorted: edges and quantiles lie at borders of buckets."""
    import numpy as np

    buckets, upto = reference.buckets, reference.upto
    if buckets is None or upto is None:
        raise TypeError("The reference has no buckets to draw.")
    sides = {"reference": upto, "current": counted.upto}
    # Whole numbers are looked up among whole numbers: with any other, all of the counts would be made floats first.
    ends = [int(side.searchsorted(math.ceil(side[-1] * OUTSIDE_SHARE))) for side in sides.values()]
    tops = [int(side.searchsorted(math.ceil(side[-1] * (1 - OUTSIDE_SHARE)))) for side in sides.values()]
    low, high = min(ends), max(tops) + 1
    width = max(1, math.ceil((high - low) / BINS))
    places = np.arange(low, high + width, width).clip(max=buckets.count)
    places = np.unique(places)
    shift = 0.5 if buckets.scale == 1.0 and buckets.singles is not None else 0.0
    edges = drawable_all(buckets.border(places) - shift)
    extremes = {
        "reference": (reference.part(0, 1)[0], reference.part(reference.size - 1, reference.size)[0]),
        "current": counted.ends,
    }
    shares = np.linspace(0, 1, POINTS)[1:-1]
    samples = {}
    for name, side in sides.items():
        counts = np.diff(np.where(places > 0, side[places - 1], 0))
        at = side.searchsorted(np.ceil(shares * side[-1]).astype(np.int64))
        first, last = (float(value) for value in extremes[name])
        middle = np.clip(buckets.border(at + (0 if shift else 1)), first, last)
        samples[name] = {
            "counts": counts.tolist(),
            "outside": int(side[-1] - counts.sum()),
            "quantiles": drawable_all(np.concatenate([[first], middle, [last]])),
        }
    return {"edges": edges, **samples}
