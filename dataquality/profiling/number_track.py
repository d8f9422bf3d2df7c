"""One number column through the walk: all its values while they are few, then windows, and what the end tells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .in_order import InOrder
from .kinds import FIRST_ROWS
from .numbers import (
    AMBIGUOUS,
    QUARTILES,
    SAMPLED,
    Beyond,
    Fences,
    NumberPart,
    Plan,
    Side,
    exact_fences,
    look_through,
    places,
    plan_of,
    quantile_in,
    quantile_of_sorted,
    settle_between,
    windows_of,
)
from .windows import Bounds, Floats, Window

SECOND_KEPT = 1 << 22  # distinct values that a window of the second look may keep
NEARLY_ORDERED = 0.5  # more steps up than down, or the other way round, than chance would have: as a share of all


@dataclass(frozen=True)
class NumberFacts:
    """A number column: quartiles and what lies beyond the fences, None where there is no finite number."""

    finite: int
    infinite: int
    first_infinite: tuple[Beyond, ...]
    minimum: float
    maximum: float
    quartiles: tuple[float, float] | None
    beyond: int = 0
    first_beyond: tuple[Beyond, ...] = ()

    @property
    def fences(self) -> tuple[float, float] | None:
        """The fences, when the middle half has a width that is a number."""
        if self.quartiles is None:
            return None
        spread = self.quartiles[1] - self.quartiles[0]
        return exact_fences(*self.quartiles) if spread > 0 and math.isfinite(spread) else None


class NumberTrack:
    """Parts go in, in the order of the rows; `finish` gives the facts, or None when another pass is needed."""

    def __init__(self, kept: int, rows: int) -> None:
        self._keep = kept
        self._rows = rows
        self.finite = 0
        self.infinite = 0
        self.minimum, self.maximum = math.inf, -math.inf
        self._first_infinite: list[Beyond] = []
        self._kept: list[tuple[int, NumberPart]] = []
        self._kept_size = 0
        self._in_order: InOrder | None = None
        self._windows: tuple[Window, Window] | None = None
        self._low, self._high = Side(), Side()
        self._fences_lost = False
        self._sample: list[Floats] = []
        self.plan = Plan()
        self.quartiles: tuple[float, float] | None = None

    def add(self, part: NumberPart, start: int) -> None:
        """Take the part of the batch that begins at row ``start``."""
        self.finite += part.finite
        self.infinite += part.infinite
        self._first_infinite = (self._first_infinite + part.first_infinite)[:FIRST_ROWS]
        if part.finite:
            self.minimum, self.maximum = min(self.minimum, part.minimum), max(self.maximum, part.maximum)
        if self._in_order is not None:
            self._in_order.add(part, start)
        elif self._windows is None:
            self._kept.append((start, part))
            self._kept_size += len(part.kept)
            if self._kept_size > self._keep:
                self._look_closer()
        else:
            if part.kept is not None:  # it was on its way when the windows opened
                late = NumberPart(part.finite, 0, [], 0.0, 0.0, None, self.plan)
                look_through(late, part.kept, start)
                part = late
            else:
                self._sample.append(part.sample)
            self._take(part)

    def _look_closer(self) -> None:
        """There are too many to be kept whole."""
        sample = self._kept_finite()
        kept, self._kept, self._kept_size = self._kept, [], 0
        if not len(sample):
            return  # nothing but missing values so far
        if _is_in_order(sample):
            self._in_order = InOrder(self._rows, self._keep // 4)
            self.plan = Plan(near=self._in_order.near)
            for start, part in kept:
                self._in_order.add(part, start)
            return
        sample.sort()
        self._windows = windows_of(sample)
        self._sample = [sample[:: max(1, len(sample) // (SAMPLED * len(kept)))]]  # as many as of batches to come
        self.plan = plan_of(self._windows, with_fences=True)
        for start, part in kept:
            late = NumberPart(0, 0, [], 0.0, 0.0, None, self.plan)
            look_through(late, part.kept, start)
            self._take(late)

    def _take(self, part: NumberPart) -> None:
        for window, used, (below, inside) in zip(self._windows, part.plan.windows, part.quartiles, strict=True):
            window.add(below, inside, self.finite, used)
        bounds = (self._windows[0].bounds, self._windows[1].bounds)
        if bounds != self.plan.windows:
            self.plan = plan_of(self._windows, with_fences=not self._fences_lost)
        if not self._fences_lost:
            self._low.join(part.low)
            self._high.join(part.high)
            if max(self._low.in_doubt, self._high.in_doubt) > AMBIGUOUS:
                self._settle_fences()

    def _settle_fences(self) -> None:
        settle_between(self._low, self._high, self.plan.fences)
        if max(self._low.in_doubt, self._high.in_doubt) > AMBIGUOUS // 2:
            # Too much in doubt to keep: another pass counts it against fences that are known.
            self._fences_lost = True
            self._low, self._high = Side(), Side()
            self.plan = Plan(self.plan.windows)

    def finish(self) -> NumberFacts | None:
        """The facts; None when a window has missed its quartile or a fence lay elsewhere."""
        if not self.finite:
            return self._facts()
        if self._windows is not None:
            return self._by_windows()
        if self._in_order is not None:
            return self._by_rows(self._in_order)
        return self._by_order()

    def _by_rows(self, in_order: InOrder) -> NumberFacts | None:
        """The facts of a column in order, where nothing lies beyond the fences: else these values are wanted."""
        self.quartiles = in_order.quartiles()
        if self.quartiles is None:
            self._sample = in_order.samples()
            return None
        facts = self._facts()
        is_within = facts.fences is None or facts.fences[0] <= self.minimum <= self.maximum <= facts.fences[1]
        return facts if is_within else None

    def _by_order(self) -> NumberFacts:
        """The facts from all values, which were kept."""
        values = self._kept_finite()
        wanted = sorted({place for q in QUARTILES for place in places(len(values), q)[1:]})
        values.partition(wanted)  # only these places are as if all were sorted
        lower, upper = (quantile_of_sorted(values, q) for q in QUARTILES)
        self.quartiles = (lower, upper)
        if self._facts().fences is None:
            return self._facts()
        return self._facts(self.beyond_kept())

    def _by_windows(self) -> NumberFacts | None:
        """The facts, when the windows hold the quartiles and what lies beyond the fences was counted."""
        found = [quantile_in(window, self.finite) for window in self._windows]
        if found[0] is None or found[1] is None:
            return None
        self.quartiles = (found[0], found[1])
        fences = self._facts().fences
        if fences is None:
            return self._facts()
        if self._fences_lost:
            return None
        known = self.plan.fences
        if not (known.low.low <= fences[0] <= known.low.high and known.high.low <= fences[1] <= known.high.high):
            return None
        low, high = fences
        exactly = Fences(Bounds(low, low), Bounds(high, high))
        settle_between(self._low, self._high, exactly)
        return self._facts(self._low, self._high)

    def beyond_kept(self) -> Side:
        """What lies beyond the fences among the values that were all kept."""
        side = Side()
        low, high = exact_fences(*self.quartiles)
        for start, part in self._kept:
            side.join(beyond(part.kept, start, low, high))
        return side

    def settled(self, side: Side) -> NumberFacts:
        """The facts with what another pass has counted beyond the fences."""
        return self._facts(side)

    def second_look(self) -> None:
        """Make ready for another pass: windows from a sample of the whole column, nothing counted yet."""
        sample = np.concatenate(self._sample)
        # They hold from the start and do not narrow: of values in order, those so far say nothing about the rank.
        self._windows = windows_of(np.sort(sample[np.isfinite(sample)]), spread=0.002, kept=SECOND_KEPT, narrows=False)
        self._low, self._high, self._fences_lost = Side(), Side(), False
        self.plan = plan_of(self._windows, with_fences=True)

    def add_again(self, part: NumberPart) -> None:
        """Take a part of that other pass: what was counted the first time stands."""
        self._take(part)

    def _facts(self, *sides: Side) -> NumberFacts:
        first = sorted(place for side in sides for place in side.first)[:FIRST_ROWS]
        return NumberFacts(
            self.finite,
            self.infinite,
            tuple(self._first_infinite),
            self.minimum,
            self.maximum,
            self.quartiles,
            sum(side.count for side in sides),
            tuple(first),
        )

    def _kept_finite(self) -> Floats:
        """A copy of the values that are kept whole, without what is no number."""
        values = np.concatenate([part.kept for _, part in self._kept]) if self._kept else np.empty(0)
        finite = np.isfinite(values)
        return values if finite.all() else values[finite]


def _is_in_order(values: Floats) -> bool:
    later, earlier = values[1:], values[:-1]
    rises, falls = int(np.count_nonzero(later > earlier)), int(np.count_nonzero(later < earlier))
    return abs(rises - falls) > NEARLY_ORDERED * len(later)


def beyond(values: Floats, start: int, low: float, high: float) -> Side:
    """The finite values of a batch beyond known fences."""
    outside = ((values < low) | (values > high)) & np.isfinite(values)
    rows = np.flatnonzero(outside)
    first = [(start + int(row) + 1, float(values[row])) for row in rows[:FIRST_ROWS]]
    return Side(count=len(rows), first=first)
