"""Scales and ticks: where a value is drawn, and which round values are written on an axis."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from modelops.lib.figures import MINUS, grouped

Scale = Callable[[float], float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its value and what is written there."""

    value: float
    label: str


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """The map of [low, high] onto [start, end]; an interval without length maps to the middle."""
    if high == low:
        return lambda value: (start + end) / 2
    factor = (end - start) / (high - low)
    return lambda value: start + (value - low) * factor


def nice_step(span: float, count: int) -> float:
    """The step 1, 2, 2.5 or 5 times a power of ten that divides ``span`` into about ``count`` parts."""
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5, 10):
        if raw <= factor * power * (1 + 1e-9):
            return factor * power
    return 10 * power


def nice_ticks(low: float, high: float, count: int = 5) -> list[Tick]:
    """Round values within [low, high], about ``count`` of them, all written with the same decimals."""
    if not (math.isfinite(low) and math.isfinite(high)) or high < low:
        return []
    if high == low:
        return [Tick(low, number(low, _decimals(abs(low) or 1)))]
    step = nice_step(high - low, count)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    values = [index * step for index in range(first, last + 1)]
    return [Tick(value, number(value, _decimals(step))) for value in values]


def nice_top(high: float, count: int = 4) -> float:
    """The round value at or above ``high`` that ends an axis which starts at zero."""
    if not math.isfinite(high) or high <= 0:
        return 1.0
    step = nice_step(high, count)
    return math.ceil(high / step - 1e-9) * step


def number(value: float, decimals: int) -> str:
    """``value`` with fixed decimals; thousands and millions are shortened where that loses nothing."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        divisor = 1e3 if unit == "k" else size
        if abs(value) >= size and float(value / divisor * 100).is_integer():
            return f"{value / divisor:.2f}".rstrip("0").rstrip(".").replace("-", MINUS) + unit
    if decimals == 0:
        return grouped(round(value))
    return f"{value:.{decimals}f}".replace("-", MINUS)


def _decimals(step: float) -> int:
    """How many decimals tell multiples of ``step`` apart (2.5 needs one, 0.025 needs three)."""
    for decimals in range(13):
        if math.isclose(round(step, decimals), step, rel_tol=1e-9):
            return decimals
    return 12


_TIME_STEPS = [
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=28),
    timedelta(days=91),
    timedelta(days=182),
    timedelta(days=365),
]


def time_ticks(first: datetime, last: datetime, count: int = 6) -> list[Tick]:
    """Round moments between two, as POSIX seconds, written as short as tells them apart."""
    span = last - first
    if span <= timedelta(0):
        return [Tick(first.timestamp(), first.strftime("%-d %b %H:%M"))]
    step = next((step for step in _TIME_STEPS if span / step <= count), _TIME_STEPS[-1])
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + step * math.ceil((first - midnight) / step)
    layout = "%-d %b" if step >= timedelta(days=1) else "%H:%M" if step >= timedelta(minutes=1) else "%H:%M:%S"
    if step >= timedelta(days=28):
        layout = "%b %Y"
    ticks = []
    while moment <= last:
        label = moment.strftime(layout)
        if step < timedelta(days=1) and moment.hour == 0 and moment.minute == 0 and moment.second == 0:
            label = moment.strftime("%-d %b")
        ticks.append(Tick(moment.timestamp(), label))
        moment += step
    return ticks
