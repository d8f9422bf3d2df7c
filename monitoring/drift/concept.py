"""Concept drift: does a model still err as seldom as before? Two detectors on a stream, and a window with its interval.

A detector is told one number after another (an error is 1, a right answer 0) and says at which it saw a change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelops.lib.compiled import compiled

from .buckets import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PageHinkley:
    """Page's cumulative sum of what exceeds the mean so far, with the settings that river has too.

    Sources: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954); D. V. Hinkley, "Inference about the
    change-point from cumulative sum tests", Biometrika 58 (1971). Forgetting by ``alpha`` as in H. Mouss et al., "Test
    of Page-Hinkley, an approach for fault detection in an agro-alimentary production process" (2004).
    """

    minimum_values: int = 30
    delta: float = 0.005
    threshold: float = 50.0
    alpha: float = 1 - 0.0001

    def first_rise(self, values: NDArray[Any]) -> int | None:
        """The place of the first value at which the mean has risen for certain; None where it has not."""
        np = numpy()
        stream = np.ascontiguousarray(values, np.float64)
        place = int(_page_hinkley(stream, self.minimum_values, self.delta, self.threshold, self.alpha))
        return None if place < 0 else place


def _page_hinkley_plain(values: Any, minimum: int, delta: float, threshold: float, alpha: float) -> int:
    mean, total, lowest = 0.0, 0.0, 0.0
    for place, x in enumerate(values):
        seen = place + 1
        mean += (x - mean) / seen
        total = alpha * total + (x - mean - delta)
        lowest = min(lowest, total)
        if seen >= minimum and total - lowest > threshold:
            return seen - 1
    return -1


_page_hinkley = compiled(lambda *given: _page_hinkley_plain(given[0].tolist(), *given[1:]))(_page_hinkley_plain)


@dataclass(frozen=True)
class Share:
    """A share with its Wilson interval at 95 %."""

    value: float
    low: float
    high: float
    count: int


# E. B. Wilson, "Probable inference, the law of succession, and statistical inference", J. Am. Stat. Assoc. 22 (1927).
Z = 1.959963984540054


def share(right: int, count: int) -> Share:
    """The share of ``right`` in ``count``; nothing is known of none."""
    if not count:
        return Share(math.nan, 0.0, 1.0, 0)
    value, square = right / count, Z * Z
    middle = (value + square / (2 * count)) / (1 + square / count)
    half = Z / (1 + square / count) * math.sqrt(value * (1 - value) / count + square / (4 * count * count))
    return Share(value, max(0.0, middle - half), min(1.0, middle + half), count)


def has_fallen(baseline: float, window: Share) -> bool:
    """Whether a window is worse than the baseline for certain: its whole interval lies below."""
    return bool(window.count) and window.high < baseline


def windows(right: Sequence[bool], size: int, step: int | None = None) -> list[Share]:
    """Shares in sliding windows of ``size``; the last may be shorter where fewer have come."""
    np = numpy()
    total = np.concatenate([[0], np.cumsum(np.asarray(right, np.int64))])
    starts = range(0, max(1, len(right) - size + 1), step or size)
    return [
        share(int(total[min(start + size, len(right))] - total[start]), min(size, len(right) - start))
        for start in starts
    ]
