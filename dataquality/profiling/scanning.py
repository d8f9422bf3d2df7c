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

_BLOCK = 1024  # values
_EIGHT = 8

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
    takes1, takes2 = low1 != high1, low2 != high2  # a window of one value gives none
    below1 = below2 = inside1 = inside2 = beyond_low = beyond_high = open_low = open_high = 0
    wanted = np.empty(len(numbers) + _EIGHT, dtype=np.int32)
    marks = np.zeros(_BLOCK, dtype=np.uint8)
    eights = marks.view(np.uint64)  # of eight rows at once: as a rule none of them is marked
    sure_low, sure_high = np.empty(FIRST_ROWS, dtype=np.int64), np.empty(FIRST_ROWS, dtype=np.int64)
    at = at_low = at_high = 0
    for start in range(0, len(numbers), _BLOCK):  # what is marked stays in the nearest cache
        block = numbers[start : start + _BLOCK]
        before1, before2, before_low, before_high = inside1, inside2, open_low, open_high
        earlier_low, earlier_high = beyond_low, beyond_high
        for row in range(len(block)):  # without a branch, so that the machine takes several at once
            value = block[row]
            is_below1, is_below2 = value < low1, value < low2
            is_beyond_low, is_beyond_high = value < far_low, value > far_high
            is_in1, is_in2 = (value <= high1) & ~is_below1, (value <= high2) & ~is_below2
            is_open_low, is_open_high = (value <= near_low) & ~is_beyond_low, (value >= near_high) & ~is_beyond_high
            below1 += is_below1
            below2 += is_below2
            inside1 += is_in1
            inside2 += is_in2
            beyond_low += is_beyond_low
            beyond_high += is_beyond_high
            open_low += is_open_low
            open_high += is_open_high
            marks[row] = (is_in1 & takes1) | (is_in2 & takes2) | is_open_low | is_open_high
        for row in range(len(block)):
            if at_low == FIRST_ROWS or beyond_low == earlier_low:
                break
            if block[row] < far_low:
                sure_low[at_low] = start + row
                at_low += 1
                earlier_low += 1
        for row in range(len(block)):
            if at_high == FIRST_ROWS or beyond_high == earlier_high:
                break
            if block[row] > far_high:
                sure_high[at_high] = start + row
                at_high += 1
                earlier_high += 1
        found = open_low - before_low + open_high - before_high
        found += (inside1 - before1 if takes1 else 0) + (inside2 - before2 if takes2 else 0)
        if found:
            for row in range(len(block), -(-len(block) // _EIGHT) * _EIGHT):
                marks[row] = 0  # of the block before
            for eight in range(-(-len(block) // _EIGHT)):
                if eights[eight]:
                    # Each row is written and the place moves on behind those that are wanted: a branch for each would
                    # be guessed wrong.
                    for row in range(eight * _EIGHT, (eight + 1) * _EIGHT):
                        wanted[at] = start + row
                        at += marks[row]
    in1, in2 = np.empty(inside1 + 1 if takes1 else 1), np.empty(inside2 + 1 if takes2 else 1)
    doubt_low, doubt_high = np.empty(open_low + 1, dtype=np.int64), np.empty(open_high + 1, dtype=np.int64)
    at1 = at2 = at3 = at4 = 0
    for place in range(at):
        row = wanted[place]
        value = numbers[row]
        in1[at1] = in2[at2] = value
        doubt_low[at3] = doubt_high[at4] = row
        at1 += (value >= low1) & (value <= high1) & takes1
        at2 += (value >= low2) & (value <= high2) & takes2
        at3 += (value >= far_low) & (value <= near_low)
        at4 += (value >= near_high) & (value <= far_high)
    counts = np.array([below1, below2, inside1, inside2, beyond_low, beyond_high])
    return counts, in1[:at1], in2[:at2], doubt_low[:at3], doubt_high[:at4], sure_low[:at_low], sure_high[:at_high]
