"""One look at a batch of numbers: what lies in two windows, what lies beyond two fences, the extent of all.

``bounds`` are eight numbers: low and high of the lower window, of the upper one, of where the low fence lies, and of
where the high one lies. Bounds that are not a number hold nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops.lib.compiled import compiled

from .kinds import FIRST_ROWS

_FEW = 16  # of so many values one, or fewer

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
# Counts: below and inside either window, surely beyond either fence. A window that is one value wide gives no values.
Scanned = tuple[Rows, Floats, Floats, Rows, Rows, Rows, Rows]


def extent(numbers: Floats) -> tuple[float, float, int]:
    """The least and the greatest finite number, not-a-number where there is none, and how many are infinite."""
    if not len(numbers):
        return float("nan"), float("nan"), 0
    low, high = np.fmin.reduce(numbers), np.fmax.reduce(numbers)
    if not (np.isinf(low) or np.isinf(high)):
        return float(low) + 0.0, float(high) + 0.0, 0
    infinite = np.isinf(numbers)
    finite = np.where(infinite, np.nan, numbers)
    return float(np.fmin.reduce(finite)) + 0.0, float(np.fmax.reduce(finite)) + 0.0, int(np.count_nonzero(infinite))


def _scan_in_numpy(numbers: Floats, bounds: Floats) -> Scanned:
    counts = np.zeros(6, dtype=np.int64)
    taken: list[Any] = []
    for place in (0, 1):
        first, last = bounds[2 * place], bounds[2 * place + 1]
        counts[place] = np.count_nonzero(numbers < first)
        inside = numbers[(numbers >= first) & (numbers <= last)]
        counts[2 + place] = len(inside)
        taken.append(inside if first != last else inside[:0])
    surely_low, surely_high = np.flatnonzero(numbers < bounds[4]), np.flatnonzero(numbers > bounds[7])
    counts[4], counts[5] = len(surely_low), len(surely_high)
    doubt_low = np.flatnonzero((numbers >= bounds[4]) & (numbers <= bounds[5]))
    doubt_high = np.flatnonzero((numbers >= bounds[6]) & (numbers <= bounds[7]))
    return counts, taken[0], taken[1], doubt_low, doubt_high, surely_low[:FIRST_ROWS], surely_high[:FIRST_ROWS]


@compiled(_scan_in_numpy)
def scan(numbers: Floats, bounds: Floats) -> Scanned:
    """Counts, values in either window, rows in doubt of either fence, first rows surely beyond either.

    ``numbers`` are finite or not-a-number.
    """
    low1, high1, low2, high2 = bounds[0], bounds[1], bounds[2], bounds[3]
    far_low, near_low, near_high, far_high = bounds[4], bounds[5], bounds[6], bounds[7]
    below1 = below2 = upto1 = upto2 = beyond_low = beyond_high = upto_low = from_high = 0
    for row in range(len(numbers)):  # without a branch, so that the machine takes several at once
        value = numbers[row]
        below1 += value < low1
        upto1 += value <= high1
        below2 += value < low2
        upto2 += value <= high2
        beyond_low += value < far_low
        upto_low += value <= near_low
        from_high += value >= near_high
        beyond_high += value > far_high
    inside1, inside2 = upto1 - below1, upto2 - below2
    open_low, open_high = upto_low - beyond_low, from_high - beyond_high
    in1, in2 = np.empty(inside1 if low1 != high1 else 0), np.empty(inside2 if low2 != high2 else 0)
    doubt_low, doubt_high = np.empty(open_low, dtype=np.int64), np.empty(open_high, dtype=np.int64)
    wanted = len(in1) + len(in2) + open_low + open_high
    low1, low2 = low1 if len(in1) else np.nan, low2 if len(in2) else np.nan  # a window of one value gives none
    at1 = at2 = at_low = at_high = 0
    if wanted and _FEW * wanted < len(numbers):
        eights = np.zeros((len(numbers) + 7) // 8, dtype=np.uint64)
        marks = eights.view(np.uint8)  # of the rows, looked at eight at a time
        for row in range(len(numbers)):
            value = numbers[row]
            marks[row] = (
                ((value >= low1) & (value <= high1))
                | ((value >= low2) & (value <= high2))
                | ((value >= far_low) & (value <= near_low))
                | ((value >= near_high) & (value <= far_high))
            )
        for eight in range(len(eights)):
            if not eights[eight]:
                continue
            for row in range(8 * eight, min(8 * eight + 8, len(numbers))):
                if not marks[row]:
                    continue
                value = numbers[row]
                if value >= low1 and value <= high1:
                    in1[at1] = value
                    at1 += 1
                if value >= low2 and value <= high2:
                    in2[at2] = value
                    at2 += 1
                if value >= far_low and value <= near_low:
                    doubt_low[at_low] = row
                    at_low += 1
                if value >= near_high and value <= far_high:
                    doubt_high[at_high] = row
                    at_high += 1
        wanted = 0
    row = 0
    # Every value is written and the place moves on behind those that are wanted: a branch would be guessed wrong often.
    while wanted and at1 < len(in1):
        value = numbers[row]
        in1[at1] = value
        at1 += (value >= low1) & (value <= high1)
        row += 1
    row = 0
    while wanted and at2 < len(in2):
        value = numbers[row]
        in2[at2] = value
        at2 += (value >= low2) & (value <= high2)
        row += 1
    row = 0
    while wanted and at_low < open_low:
        value = numbers[row]
        doubt_low[at_low] = row
        at_low += (value >= far_low) & (value <= near_low)
        row += 1
    row = 0
    while wanted and at_high < open_high:
        value = numbers[row]
        doubt_high[at_high] = row
        at_high += (value >= near_high) & (value <= far_high)
        row += 1
    sure_low = np.empty(min(beyond_low, FIRST_ROWS), dtype=np.int64)
    sure_high = np.empty(min(beyond_high, FIRST_ROWS), dtype=np.int64)
    row = at = 0
    while at < len(sure_low):
        if numbers[row] < far_low:
            sure_low[at] = row
            at += 1
        row += 1
    row = at = 0
    while at < len(sure_high):
        if numbers[row] > far_high:
            sure_high[at] = row
            at += 1
        row += 1
    counts = np.array([below1, below2, inside1, inside2, beyond_low, beyond_high])
    return counts, in1, in2, doubt_low, doubt_high, sure_low, sure_high
