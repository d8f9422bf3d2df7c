"""Whether the newest value of a series is like those before it: a robust z-score, and a moving average beside it.

Both must agree. The robust z-score (median and MAD) asks whether the value was ever like this; the exponentially
weighted average, with control limits, asks whether it is like the last ones, so that a level that has changed for good
stops being news. Sources: B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers (1993), p. 11;
S. W. Roberts, Technometrics 1 (1959), p. 239.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

FEWEST: Final = 14
Z_LIMIT: Final = 3.5
_WEIGHT: Final = 0.3
_EWMA_SIGMAS: Final = 3.0
# A MAD of a normal distribution, and the mean deviation that stands in where most values are equal.
_MAD, _MEAN_DEVIATION = 0.6745, 1.253314
# What a value must differ by where nothing varied before: a twentieth of the median, or of one.
_SMALLEST_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Anomaly:
    """The newest value beside what was usual."""

    value: float
    median: float
    z: float


def anomaly(values: Sequence[float]) -> Anomaly | None:
    """The anomaly of the last value against those before it; None for a usual one and for fewer than fourteen.

    >>> anomaly([100, 101, 99, 100, 102, 98, 100, 101, 99, 100, 102, 98, 100, 1000]).z > 100
    True
    >>> anomaly([100, 101, 99, 100, 102, 98, 100, 101, 99, 100, 102, 98, 100, 103]) is None
    True
    """
    if len(values) < FEWEST:
        return None
    *before, last = values
    middle = statistics.median(before)
    z = (last - middle) / _scale(before, middle)
    if abs(z) <= Z_LIMIT or abs(last - _average(before)) <= _EWMA_SIGMAS * _spread(before):
        return None
    return Anomaly(last, middle, z)


def _scale(before: Sequence[float], middle: float) -> float:
    deviations = [abs(value - middle) for value in before]
    scale = statistics.median(deviations) / _MAD or statistics.fmean(deviations) * _MEAN_DEVIATION
    return max(scale, _SMALLEST_SHARE * max(abs(middle), 1e-9) / Z_LIMIT)


def _average(before: Sequence[float]) -> float:
    average = before[0]
    for value in before[1:]:
        average += _WEIGHT * (value - average)
    return average


def _spread(before: Sequence[float]) -> float:
    """The standard deviation of the average, by the differences of neighbours: a step of the level counts once."""
    steps = [abs(one - other) for one, other in pairwise(before)]
    sigma = statistics.median(steps) * 1.048  # the median of |x - y| of two normal values is 0.954 sigma
    return sigma * (1 + (_WEIGHT / (2 - _WEIGHT)) ** 0.5)
