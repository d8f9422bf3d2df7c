"""Quartiles of a column in order: ranks go with rows, so what lies near two rows is kept and of the rest its extent.

The first values of such a column say nothing about the others, so no window of values would hold. What is kept settles
a rank only where the extents of all other batches prove it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .numbers import QUARTILES, SAMPLED, NumberPart, Reaches, places, touches
from .windows import Floats, interpolated


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The finite values of one batch."""

    count: int
    minimum: float
    maximum: float
    sample: Floats
    kept: dict[int, Floats]  # all of them, under each place that they are near


class InOrder:
    """Batches of a column of ``rows`` rows go in; those within ``reach`` rows of a quartile's row are to be whole."""

    def __init__(self, rows: int, reach: int) -> None:
        middles = [int(q * rows) for q in QUARTILES]
        self.near: Reaches = tuple((middle - reach, middle + reach) for middle in middles)
        self._stretches: list[_Stretch] = []

    def add(self, part: NumberPart, start: int) -> None:
        """Take the part of the batch that begins at row ``start``; one that is whole may come from before."""
        if not part.finite:
            return
        kept, sample = {}, part.sample
        if part.kept is not None:
            values = part.kept[np.isfinite(part.kept)]
            stop = start + len(part.kept)
            kept = {place: values for place, reach in enumerate(self.near) if touches(reach, start, stop)}
            sample = part.kept[:: max(1, len(part.kept) // SAMPLED)].copy()
        self._stretches.append(_Stretch(part.finite, part.minimum, part.maximum, sample, kept))

    def quartiles(self) -> tuple[float, float] | None:
        """Both, or None when what was kept does not hold them."""
        lower, upper = (self._quantile(q) for q in QUARTILES)
        return None if lower is None or upper is None else (lower, upper)

    def samples(self) -> list[Floats]:
        """A few values of every batch."""
        return [stretch.sample for stretch in self._stretches]

    def _quantile(self, q: float) -> float | None:
        at, before, after = places(sum(stretch.count for stretch in self._stretches), q)
        for place in range(len(self.near)):  # of falling values the lower quartile lies in the later rows
            values = self._values_at(place, before, after)
            if values is not None:
                return interpolated(at, *values)
        return None

    def _values_at(self, place: int, before: int, after: int) -> tuple[float, float] | None:
        """The values of two ranks, from 0, when they are among those kept at that place."""
        kept = [stretch.kept[place] for stretch in self._stretches if place in stretch.kept]
        if not kept:
            return None
        values = np.sort(np.concatenate(kept))
        middle = values[len(values) // 2]
        others = [stretch for stretch in self._stretches if place not in stretch.kept]
        below = [stretch for stretch in others if stretch.maximum <= middle]
        above = [stretch for stretch in others if stretch.maximum > middle]
        less = sum(stretch.count for stretch in below)
        if not less <= before <= after < less + len(values):
            return None
        low, high = float(values[before - less]), float(values[after - less])
        holds = all(stretch.maximum <= low for stretch in below) and all(stretch.minimum >= high for stretch in above)
        return (low, high) if holds else None
