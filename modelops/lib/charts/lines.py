"""Series over time, large with axes or small as a word."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from modelops.lib.charts.frame import (
    HEIGHT,
    UNIT_LINE,
    Plot,
    data_table,
    figure,
    horizontal_axis,
    hover,
    legend,
    n,
    nothing_to_draw,
    tag,
    vertical_axis,
)
from modelops.lib.charts.scale import Tick, linear, nice_step, nice_ticks, time_ticks
from modelops.lib.figures import significant

Values = Sequence[float | None]
Moment = datetime | str | int | float
MOST_SERIES = 4
MOST_POINTS_WITH_DOTS = 60


def line(
    series: Sequence[tuple[str, Values]],
    times: Sequence[Moment],
    title: str = "Over time",
    unit: str = "",
    limits: Sequence[tuple[str, float]] = (),
    from_zero: bool = False,
    bands: Sequence[tuple[Values, Values]] = (),
) -> SafeString:
    """Up to four named series over the same times; ``None`` is a gap.

    ``times`` are aware datetimes, placed in proportion, or words, placed evenly. ``limits`` are horizontal lines with
    their names; ``bands`` are lower and upper ends around the series in their order, an empty pair for none. The value
    axis starts at zero on demand, else where the data asks for it.
    """
    if not 1 <= len(series) <= MOST_SERIES or any(len(values) != len(times) for _, values in series):
        raise ValueError(f"1 to {MOST_SERIES} series of {len(times)} values are needed.")
    known = [value for _, values in series for value in values if value is not None]
    if not known:
        return nothing_to_draw(title, "Nothing has been measured yet.")
    plot = Plot()
    ends = [value for band in bands for values in band for value in values if value is not None]
    low, high = _bounds([*known, *ends, *(value for _, value in limits)], from_zero)
    up = linear(low, high, plot.bottom, plot.top)
    drawing = vertical_axis(
        plot, up, _counted(low, high) if from_zero and _are_whole(known) else nice_ticks(low, high, 4)
    )
    places, ticks = _places(times)
    across = linear(min(places), max(places), plot.left + 6, plot.right - 6)
    for name, value in limits:
        y = up(value)
        drawing += tag("line", class_="chart-limit", x1=n(plot.left), x2=n(plot.right), y1=n(y), y2=n(y))
        drawing += tag("text", name, class_="chart-label", x=n(plot.right), y=n(y - 5), text_anchor="end")
    for index, (lows, highs) in enumerate(bands, start=1):
        between = [
            (across(x), up(one), up(other))
            for x, one, other in zip(places, lows, highs, strict=False)
            if one is not None and other is not None
        ]
        drawing += tag("path", class_=f"chart-band series-{index}", d=_area(between))
    for index, (name, values) in enumerate(series, start=1):
        points = [(across(x), up(v)) if v is not None else None for x, v in zip(places, values, strict=True)]
        drawing += tag("path", class_=f"chart-line series-{index}", d=_path(points))
        small = "" if len(times) <= MOST_POINTS_WITH_DOTS else " chart-dot-hidden"
        for moment, reading, point in zip(times, values, points, strict=True):
            if point is not None and reading is not None:
                dot = tag("circle", class_=f"chart-dot series-{index}{small}", cx=n(point[0]), cy=n(point[1]), r=3)
                drawing += hover(
                    dot, f"{_words(moment)}\n{name}: {significant(reading, 4)}{' ' + unit if unit else ''}"
                )
    drawing += horizontal_axis(plot, across, ticks)
    rows = [
        (_words(moment), *("–" if values[i] is None else significant(values[i], 4) for _, values in series))  # type: ignore[arg-type]
        for i, moment in enumerate(times)
    ]
    last = [f"{name} {significant(_last(values), 4)}" for name, values in series if any(v is not None for v in values)]
    return figure(
        f"{title}{f' ({unit})' if unit else ''}",
        f"{len(times)} points from {_words(times[0])} to {_words(times[-1])}; last: {', '.join(last)}.",
        drawing,
        key=legend([(f"series-{i}", name) for i, (name, _) in enumerate(series, start=1)]) if len(series) > 1 else "",
        table=data_table(title, ["Time", *(name for name, _ in series)], rows),
        height=HEIGHT - UNIT_LINE,
    )


def sparkline(values: Values, title: str = "") -> SafeString:
    """A line the size of a word, its last value marked; ``title`` says what it shows."""
    known = [value for value in values if value is not None]
    if not known:
        return mark_safe('<span class="faint">–</span>')
    width, height = 84, 22
    across = linear(0, max(len(values) - 1, 1), 3, width - 4)
    up = linear(min(known), max(known), height - 4, 4)
    points = [(across(i), up(value)) if value is not None else None for i, value in enumerate(values)]
    end = next(point for point in reversed(points) if point is not None)
    label = f"{title or 'Trend'}: {significant(known[0])} to {significant(known[-1])}"
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path class="chart-line series-2" d="{}"/>'
        '<circle class="chart-end" cx="{}" cy="{}" r="2.5"/></svg>',
        width,
        height,
        label,
        _path(points),
        n(end[0]),
        n(end[1]),
    )


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    parts, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{n(point[0])} {n(point[1])}")
        pen = "L"
    return "".join(parts)


def _area(between: Sequence[tuple[float, float, float]]) -> str:
    """The outline of a band: along its lower end, and back along the upper one."""
    outline = [(x, low) for x, low, _ in between] + [(x, high) for x, _, high in reversed(between)]
    return f"{_path(outline)}Z" if outline else ""


def _are_whole(values: Sequence[float]) -> bool:
    return all(float(value).is_integer() for value in values)


def _counted(low: float, high: float) -> list[Tick]:
    """Ticks of an axis of counts: there is no half of one."""
    ticks = nice_ticks(low, high, 4)
    if all(tick.value.is_integer() for tick in ticks):
        return ticks
    return [Tick(tick.value, str(int(tick.value))) for tick in ticks if tick.value.is_integer()]


def _bounds(values: Sequence[float], from_zero: bool) -> tuple[float, float]:
    """The round ends of the value axis; a level line gets air above and below."""
    low, high = min(values), max(values)
    if from_zero:
        low = min(0.0, low)
    if low == high:
        low, high = (low - abs(low) * 0.1, high + abs(high) * 0.1) if low else (-1.0, 1.0)
    step = nice_step(high - low, 4)
    return step * (low / step).__floor__(), step * (high / step).__ceil__()


def _places(times: Sequence[Moment]) -> tuple[list[float], list[Tick]]:
    if all(isinstance(moment, datetime) for moment in times):
        moments = [moment.astimezone(UTC) for moment in times if isinstance(moment, datetime)]
        return [moment.timestamp() for moment in moments], time_ticks(min(moments), max(moments))
    every = max(1, -(-len(times) // 8))
    ticks = [Tick(index, str(moment)) for index, moment in enumerate(times) if index % every == 0]
    return [float(index) for index in range(len(times))], ticks


def _words(moment: Moment) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if isinstance(moment, datetime) else str(moment)


def _last(values: Values) -> float:
    return next(value for value in reversed(values) if value is not None)
