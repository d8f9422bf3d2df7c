"""Latencies as counts in exponential buckets, which add up over batches, hours and versions."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

_FIRST_MS, _OCTAVES, _IN_OCTAVE = 0.1, 20, 4
BOUNDS_MS: Final = tuple(_FIRST_MS * 2 ** (step / _IN_OCTAVE) for step in range(_OCTAVES * _IN_OCTAVE + 1))
"""Upper bounds: from 0.1 ms to 105 s, each 19 % above the one before. One more bucket takes what is slower."""
# What Prometheus is told: one bound an octave, so that a version costs 22 lines and not 82.
TOLD = range(0, len(BOUNDS_MS), _IN_OCTAVE)


def counted(latencies_ms: Iterable[float]) -> list[int]:
    """How many lie in each bucket; a value on a bound belongs to the bucket below it."""
    counts = [0] * (len(BOUNDS_MS) + 1)
    for value in latencies_ms:
        counts[bisect_left(BOUNDS_MS, value)] += 1
    return counts


def added(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """The counts of both; an empty sequence counts nothing."""
    if not first or not second:
        return list(first or second)
    return [one + other for one, other in zip(first, second, strict=True)]


def quantile(counts: Sequence[int], share: float) -> float | None:
    """The latency in ms under which ``share`` of the values lie, within a bucket; None when there are none.

    >>> round(quantile(counted([10.0] * 100), 0.5), 1) <= 10.0 * 1.19
    True
    """
    total = sum(counts)
    if not total:
        return None
    wanted = share * total
    for place, below in enumerate(accumulate(counts)):
        if below >= wanted and counts[place]:
            high = BOUNDS_MS[min(place, len(BOUNDS_MS) - 1)]
            low = BOUNDS_MS[place - 1] if place else 0.0
            if place == len(BOUNDS_MS):
                return high  # slower than all bounds: it is at least the last one
            return low + (high - low) * (wanted - (below - counts[place])) / counts[place]
    return None
