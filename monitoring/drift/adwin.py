"""ADWIN: a window over a stream that grows while nothing changes and is cut where two parts of it differ.

Source: A. Bifet and R. Gavaldà, "Learning from time-changing data with adaptive windowing", SDM (2007), with the
exponential histogram of M. Datar et al., "Maintaining stream statistics over sliding windows" (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from modelops.lib.compiled import compiled

from .buckets import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 48  # of buckets of 1, 2, 4, … values: more than any stream fills
ALIKE = 5  # buckets of one size
LOOKED_EVERY = 32
SHORTEST_PART = 5
WARMING_UP = 10
ROUNDING = 1e-12


@dataclass(frozen=True)
class Adwin:
    """``delta`` is the chance of a cut where nothing changed; the other settings are those that river has too."""

    delta: float = 0.002

    def changes(self, values: NDArray[Any], most: int = 1000) -> list[int]:
        """The places at which a change was seen, up to ``most`` of them."""
        np = numpy()
        stream = np.ascontiguousarray(values, np.float64)
        found = np.zeros(most, np.int64)
        sums, spreads = np.zeros((ROWS, ALIKE + 2)), np.zeros((ROWS, ALIKE + 2))
        seen = int(_changes(stream, self.delta, found, sums, spreads, np.zeros(ROWS, np.int64)))
        return [int(place) for place in found[: min(seen, most)]]


def _changes_plain(values: Any, delta: float, found: Any, sums: Any, spreads: Any, held: Any) -> int:
    rows, width, total, spread, changes, begun = 1, 0, 0.0, 0.0, 0, 0
    for place in range(len(values)):
        # Take the value in as a bucket of its own, and join the two oldest of a size where there are too many.
        x = values[place]
        sums[0, held[0]], spreads[0, held[0]] = x, 0.0
        held[0] += 1
        width += 1
        if width > 1:
            spread += (width - 1) * (x - total / (width - 1)) ** 2 / width
        total += x
        row = 0
        while held[row] > ALIKE:
            size = 2.0**row
            joined = sums[row, 0] + sums[row, 1]
            apart = size * (sums[row, 0] / size - sums[row, 1] / size) ** 2 / 2
            end = held[row + 1]
            sums[row + 1, end], spreads[row + 1, end] = joined, spreads[row, 0] + spreads[row, 1] + apart
            held[row + 1] = end + 1
            for k in range(2, held[row]):
                sums[row, k - 2], spreads[row, k - 2] = sums[row, k], spreads[row, k]
            held[row] -= 2
            row += 1
            rows = max(rows, row + 1)
        if (place + 1 - begun) % LOOKED_EVERY or width <= WARMING_UP:
            continue
        n, before, cut = 0.0, 0.0, False
        trust = log(2 * log(width) / delta)
        # Multiplied by both sizes, twice, the limit is more than this times them: a gap that stays below it, with room
        # for rounding, needs neither roots nor divisions to be told from a change. Hardly any does not.
        least = 2 * spread * trust
        for row in range(rows - 1, -1, -1):
            size = 2.0**row
            for k in range(held[row]):
                n += size
                before += sums[row, k]
                rest = width - n
                if rest < SHORTEST_PART:
                    break
                if n < SHORTEST_PART:
                    continue
                apart = abs(before * width - total * n) + ROUNDING * (abs(before) * width + abs(total) * n)
                if apart * apart < least * n * rest:
                    continue
                harmonic = 1 / (n - SHORTEST_PART + 1) + 1 / (rest - SHORTEST_PART + 1)
                limit = sqrt(2 * harmonic * (spread / width) * trust) + 2 / 3 * trust * harmonic
                if abs(before / n - (total - before) / rest) > limit:
                    cut = True
                    break
            if cut:
                break
        if cut:
            if changes < len(found):
                found[changes] = place
            changes += 1
            # What came before the change says nothing of what follows: as in river, the window begins anew.
            held[:] = 0
            rows, width, total, spread, begun = 1, 0, 0.0, 0.0, place + 1
    return changes


_changes = compiled(lambda *given: _changes_plain(*given))(_changes_plain)
