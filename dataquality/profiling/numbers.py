"""Quartiles, Tukey's fences and the numbers beyond them, exactly and as a rule in one pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .kinds import FIRST_ROWS
from .scanning import scan
from .windows import KEPT, SPREAD, Bounds, Floats, Window, around, interpolated

FENCE = 1.5  # interquartile ranges beyond the quartiles: J. W. Tukey, "Exploratory Data Analysis", 1977
QUARTILES = (0.25, 0.75)
AMBIGUOUS = 1 << 18  # values that may or may not lie beyond a fence, until the fence is known
SAMPLED = 256  # values of each batch that are kept for a second look
_PAD = 1e-9
_NOWHERE = Bounds(math.nan, math.nan)  # nothing compares with it
Rows = NDArray[np.int64]
Beyond = tuple[int, float]  # a row, from 1, and the value in it
Reaches = tuple[tuple[int, int], ...]  # rows from a first to a last
Test = Callable[[Floats], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Fences:
    """Between which values each fence must lie when the quartiles lie inside their windows."""

    low: Bounds
    high: Bounds


@dataclass(frozen=True, slots=True)
class Plan:
    """How to look at the next batch: keep it whole, or only where it is near, or through two windows and two fences."""

    windows: tuple[Bounds, Bounds] | None = None
    fences: Fences | None = None
    near: Reaches | None = None


@dataclass(slots=True)
class Side:
    """Values on the far side of one fence: surely beyond it, or in doubt until the fence is known."""

    count: int = 0
    first: list[Beyond] = field(default_factory=list)
    doubt: list[tuple[Rows, Floats]] = field(default_factory=list)
    in_doubt: int = 0  # how many values those are

    def join(self, more: Side) -> None:
        """Take what another part has found."""
        self.count += more.count
        if more.first:
            self.first = sorted(self.first + more.first)[:FIRST_ROWS]
        if more.in_doubt:
            self.doubt += more.doubt
            self.in_doubt += more.in_doubt

    def settle(self, is_beyond: Test, is_within: Test) -> None:
        """Decide of the values in doubt; what passes neither test stays in doubt."""
        left = []
        for rows, values in self.doubt:
            sure = is_beyond(values)
            open_ = ~(sure | is_within(values))
            self.count += int(np.count_nonzero(sure))
            found = [(int(rows[at]) + 1, float(values[at])) for at in np.flatnonzero(sure)[:FIRST_ROWS]]
            if found:
                self.first = sorted(self.first + found)[:FIRST_ROWS]
            if open_.any():
                left.append((rows[open_], values[open_]))
        self.doubt = left
        self.in_doubt = sum(len(rows) for rows, _ in left)


@dataclass(slots=True)
class NumberPart:
    """What one batch gives; ``kept`` is the batch itself where all is kept."""

    finite: int
    infinite: int
    first_infinite: list[Beyond]
    minimum: float
    maximum: float
    kept: Floats | None
    plan: Plan
    quartiles: list[tuple[int, Floats | int]] = field(default_factory=list)
    low: Side = field(default_factory=Side)
    high: Side = field(default_factory=Side)
    sample: Floats = field(default_factory=lambda: np.empty(0))


def measure(numbers: Floats, start: int, plan: Plan, missing: int, extent: tuple[float, float, int]) -> NumberPart:
    """Look at one batch of float64 with not-a-number in ``missing`` cells; ``start`` is its first row, from 0."""
    part = NumberPart(0, extent[2], [], extent[0], extent[1], None, plan)
    if part.infinite:
        mask = np.isinf(numbers)
        part.first_infinite = [(start + int(row) + 1, float(numbers[row])) for row in np.flatnonzero(mask)[:FIRST_ROWS]]
        numbers = np.where(mask, np.nan, numbers)
    part.finite = len(numbers) - missing - part.infinite
    if plan.windows is not None:
        look_through(part, numbers, start)
    elif plan.near is None or any(touches(reach, start, start + len(numbers)) for reach in plan.near):
        part.kept = numbers.copy() if numbers.base is not None else numbers
        return part
    part.sample = numbers[:: max(1, len(numbers) // SAMPLED)].copy()
    return part


def touches(reach: tuple[int, int], start: int, stop: int) -> bool:
    """Whether rows from ``start`` up to ``stop`` are among those of a reach, from its first to its last."""
    return start <= reach[1] and stop > reach[0]


def look_through(part: NumberPart, numbers: Floats, start: int) -> None:
    """Count and take through the windows and fences of the part's plan; ``numbers`` are finite or not-a-number."""
    lower, upper = part.plan.windows  # type: ignore[misc]
    fences = part.plan.fences
    low, high = (fences.low, fences.high) if fences is not None else (_NOWHERE, _NOWHERE)
    bounds = np.array([lower.low, lower.high, upper.low, upper.high, low.low, low.high, high.low, high.high])
    counts, in_lower, in_upper, doubt_low, doubt_high, sure_low, sure_high = scan(numbers, bounds)
    part.quartiles = [
        (int(counts[0]), int(counts[2]) if lower.low == lower.high else in_lower),
        (int(counts[1]), int(counts[3]) if upper.low == upper.high else in_upper),
    ]
    if fences is not None:
        part.low, part.high = (
            Side(
                int(count),
                [(start + int(row) + 1, float(numbers[row])) for row in sure],
                [(doubt + start, numbers[doubt])] if len(doubt) else [],
                len(doubt),
            )
            for count, sure, doubt in ((counts[4], sure_low, doubt_low), (counts[5], sure_high, doubt_high))
        )


def settle_between(low: Side, high: Side, fences: Fences) -> None:
    """Decide what these bounds of the fences allow to decide."""
    low.settle(lambda values: values < fences.low.low, lambda values: values > fences.low.high)
    high.settle(lambda values: values > fences.high.high, lambda values: values < fences.high.low)


def fences_of(lower: Bounds, upper: Bounds) -> Fences:
    """Where the fences lie for quartiles inside these bounds, a little wider for rounding."""
    slope = 1 + FENCE
    low = _padded(slope * lower.low - FENCE * upper.high, slope * lower.high - FENCE * upper.low)
    high = _padded(slope * upper.low - FENCE * lower.high, slope * upper.high - FENCE * lower.low)
    return Fences(low, high)


def exact_fences(lower: float, upper: float) -> tuple[float, float]:
    """The fences themselves, which are inside."""
    spread = upper - lower
    return lower - FENCE * spread, upper + FENCE * spread


def _padded(low: float, high: float) -> Bounds:
    if math.isnan(low) or math.isnan(high):
        return Bounds(-math.inf, math.inf)
    pad = _PAD * max(abs(low), abs(high)) if math.isfinite(low) and math.isfinite(high) else math.inf
    return Bounds(low - pad, high + pad)


def places(count: int, q: float) -> tuple[float, int, int]:
    """Where the quantile of ``count`` sorted values stands, and the two places that it lies between."""
    at = (count - 1) * q
    return at, int(at), min(int(at) + 1, count - 1)


def quantile_of_sorted(values: Floats, q: float) -> float:
    """The linear quantile of sorted values."""
    at, before, after = places(len(values), q)
    return interpolated(at, float(values[before]), float(values[after]))


def quantile_in(window: Window, count: int) -> float | None:
    """The window's quantile of ``count`` values, or None when it has missed it."""
    at, before, after = places(count, window.q)
    found = window.order_statistics((before, after))
    return None if found is None else interpolated(at, *found)


def plan_of(windows: tuple[Window, Window], with_fences: bool) -> Plan:
    """The plan that these windows have come to."""
    lower, upper = windows[0].bounds, windows[1].bounds
    return Plan((lower, upper), fences_of(lower, upper) if with_fences else None)


def windows_of(
    sorted_sample: Floats, spread: float = SPREAD, kept: int = KEPT, *, narrows: bool = True
) -> tuple[Window, Window]:
    """Windows for a stream of which this is a sample: its first values, unless ``spread`` says otherwise."""
    lower, upper = (Window(q, around(sorted_sample, q, spread), kept, narrows=narrows) for q in QUARTILES)
    return lower, upper
