"""Two samples against each other: histograms over the same bins, and distribution functions with their gap."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from django.utils.safestring import SafeString

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
from modelops.lib.charts.scale import Tick, linear, nice_ticks, nice_top
from modelops.lib.figures import grouped, percent, significant

LABELS = ("Reference", "Current")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def histogram_pair(
    reference: Sequence[int],
    current: Sequence[int],
    edges: Sequence[float],
    title: str = "Distribution",
    unit: str = "",
    labels: tuple[str, str] = LABELS,
) -> SafeString:
    """Two histograms over the same bins, each as shares of its own sample.

    ``reference`` and ``current`` hold counts, one for each of the ``len(edges) - 1`` bins. Where the bins differ in
    width, heights are densities (share per unit), so that areas stay comparable.
    """
    if not (len(edges) - 1 == len(reference) == len(current)) or len(edges) < 2:
        raise ValueError(f"{len(edges)} edges need {len(edges) - 1} counts; got {len(reference)} and {len(current)}.")
    totals = (sum(reference), sum(current))
    if not any(totals):
        return nothing_to_draw(title, "Neither sample has a value to draw.")
    widths = [high - low for low, high in pairwise(edges)]
    even = max(widths) - min(widths) <= 1e-6 * max(widths)
    shares = [
        [count / total if total else 0.0 for count in counts]
        for counts, total in zip((reference, current), totals, strict=True)
    ]
    heights = shares if even else [[s / w for s, w in zip(row, widths, strict=True)] for row in shares]
    plot = Plot()
    top = nice_top(max(map(max, heights)))
    across = linear(edges[0], edges[-1], plot.left, plot.right)
    up = linear(0, top, plot.bottom, plot.top)
    ticks = [Tick(t.value, percent(t.value, 1)) if even else t for t in nice_ticks(0, top, 4)]
    drawing = vertical_axis(plot, up, ticks)
    for series, row in enumerate(heights, start=1):
        drawing += tag("path", class_=f"chart-area series-{series}", d=_steps(edges, row, across, up, plot.bottom))
    for index, (low, high) in enumerate(pairwise(edges)):
        words = f"{significant(low)} to {significant(high)}{' ' + unit if unit else ''}\n" + "\n".join(
            f"{label}: {percent(row[index])}" for label, row in zip(labels, shares, strict=True)
        )
        bar = tag(
            "rect",
            class_="chart-hover",
            x=n(across(low)),
            y=n(plot.top),
            width=n(across(high) - across(low)),
            height=n(plot.bottom - plot.top),
        )
        drawing += hover(bar, words)
    drawing += horizontal_axis(plot, across, nice_ticks(edges[0], edges[-1], 8), unit)
    rows = [
        (
            f"{significant(low)} to {significant(high)}",
            *(
                f"{grouped(counts[i])} ({percent(row[i])})"
                for counts, row in zip((reference, current), shares, strict=True)
            ),
        )
        for i, (low, high) in enumerate(pairwise(edges))
    ]
    sizes = [f"{label} ({grouped(total)} values)" for label, total in zip(labels, totals, strict=True)]
    peaks = [_bin_words(edges, row, unit) for row in shares]
    return figure(
        title,
        f"{sizes[0]} has most of its values at {peaks[0]}; {sizes[1]} at {peaks[1]}.",
        drawing,
        key=legend([("series-1", labels[0]), ("series-2", labels[1])]),
        table=data_table(title, [f"Bin{f' ({unit})' if unit else ''}", *labels], rows),
        note="" if even else "The bins differ in width; heights are shares per unit.",
        height=HEIGHT if unit else HEIGHT - UNIT_LINE,
    )


def ecdf_pair(
    reference: Sequence[float],
    current: Sequence[float],
    title: str = "Cumulative distribution",
    unit: str = "",
    labels: tuple[str, str] = LABELS,
    measured: tuple[float, float, float, float] | None = None,
) -> SafeString:
    """Both empirical distribution functions and the largest gap between them, which is the KS statistic.

    The samples are finite values in any order. The drawing starts and ends where one sample in two hundred lies
    outside, so that a few extreme values do not press the rest together; the gap is found on all values. Where only a
    part of the values is given (quantiles), ``measured`` brings the gap of the whole: its size, its place and the share
    of each sample at or below that place.
    """
    samples = [sorted(float(value) for value in sample if math.isfinite(value)) for sample in (reference, current)]
    if not all(samples):
        return nothing_to_draw(title, "One of the two samples has no finite value.")
    gap, at = measured[:2] if measured else largest_gap(*samples)
    low = min(min(_quantile(sample, 0.005) for sample in samples), at)
    high = max(max(_quantile(sample, 0.995) for sample in samples), at)
    if low == high:
        low, high = low - 0.5, high + 0.5
    plot = Plot()
    across = linear(low, high, plot.left, plot.right)
    up = linear(0, 1, plot.bottom, plot.top)
    drawing = vertical_axis(plot, up, [Tick(v / 4, percent(v / 4, 0)) for v in range(5)])
    for series, sample in enumerate(samples, start=1):
        points = []
        columns = int(plot.right - plot.left)
        for column in range(columns + 1):
            value = low + (high - low) * column / columns
            points.append((plot.left + column, up(bisect_right(sample, value) / len(sample))))
        drawing += tag("path", class_=f"chart-line series-{series}", d=_path(points))
    shares = list(measured[2:]) if measured else [bisect_right(sample, at) / len(sample) for sample in samples]
    x, (y1, y2) = across(at), (up(share) for share in shares)
    drawing += tag("line", class_="chart-gap", x1=n(x), x2=n(x), y1=n(y1), y2=n(y2))
    drawing += tag("circle", class_="chart-gap-end series-1", cx=n(x), cy=n(y1), r=3.5)
    drawing += tag("circle", class_="chart-gap-end series-2", cx=n(x), cy=n(y2), r=3.5)
    beside, anchor = (x + 10, "start") if x < (plot.left + plot.right) / 2 else (x - 10, "end")
    words = f"D = {significant(gap)}"
    drawing += tag("text", words, class_="chart-label", x=n(beside), y=n((y1 + y2) / 2 + 4), text_anchor=anchor)
    drawing += horizontal_axis(plot, across, nice_ticks(low, high, 8), unit)
    rows = [
        (f"{round(q * 100)} % lie at or below", *(significant(_quantile(sample, q), 4) for sample in samples))
        for q in QUANTILES
    ]
    rows.append((f"At or below {significant(at, 4)}", *(percent(share, 2) for share in shares)))
    where = f"{significant(at, 4)}{' ' + unit if unit else ''}"
    text = (
        f"The largest gap is {significant(gap)}, at {where}: {percent(shares[0])} of {labels[0]} and "
        f"{percent(shares[1])} of {labels[1]} lie at or below it."
    )
    return figure(
        title,
        text,
        drawing,
        key=legend([("series-1", labels[0]), ("series-2", labels[1]), ("swatch-gap", "Largest gap")]),
        table=data_table(title, [f"Quantile{f' ({unit})' if unit else ''}", *labels], rows),
        note=text,
        height=HEIGHT if unit else HEIGHT - UNIT_LINE,
    )


def largest_gap(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """The largest distance between the distribution functions of two sorted samples, and where it is reached."""
    best, at = 0.0, first[0]
    for value in sorted({*first, *second}):
        gap = abs(bisect_right(first, value) / len(first) - bisect_right(second, value) / len(second))
        if gap > best:
            best, at = gap, value
    return best, at


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value at or below which at least ``share`` of the sorted sample lies."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _steps(edges: Sequence[float], heights: Sequence[float], across: object, up: object, base: float) -> str:
    points = [f"M{n(across(edges[0]))} {n(base)}"]  # type: ignore[operator]
    for (_, high), height in zip(pairwise(edges), heights, strict=True):
        points.append(f"V{n(up(height))}H{n(across(high))}")  # type: ignore[operator]
    return "".join(points) + f"V{n(base)}"


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A step path through points, leaving out those that continue a level line."""
    parts = [f"M{n(points[0][0])} {n(points[0][1])}"]
    height = n(points[0][1])
    for x, y in points[1:]:
        if n(y) != height:
            height = n(y)
            parts.append(f"H{n(x)}V{height}")
    return "".join(parts) + f"H{n(points[-1][0])}"


def _bin_words(edges: Sequence[float], shares: Sequence[float], unit: str) -> str:
    index = max(range(len(shares)), key=shares.__getitem__)
    suffix = f" {unit}" if unit else ""
    return f"{significant(edges[index])} to {significant(edges[index + 1])}{suffix} ({percent(shares[index])})"
