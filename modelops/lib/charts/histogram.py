"""One sample as a histogram."""

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
    n,
    nothing_to_draw,
    tag,
    vertical_axis,
)
from modelops.lib.charts.scale import Tick, linear, nice_ticks, nice_top
from modelops.lib.figures import grouped, percent, significant

_GAP = 0.6  # between two bars, in drawing units


def histogram(counts: Sequence[int], edges: Sequence[float], title: str = "Distribution", unit: str = "") -> SafeString:
    """Shares of equally wide bins; ``counts`` holds one for each of the ``len(edges) - 1`` bins."""
    if len(edges) != len(counts) + 1 and (counts or len(edges) > 1):
        raise ValueError(f"{len(edges)} edges need {len(edges) - 1} counts; got {len(counts)}.")
    total = sum(counts)
    if not total:
        return nothing_to_draw(title, "All values are the same, or none is there.")
    shares = [count / total for count in counts]
    plot = Plot()
    top = nice_top(max(shares))
    across = linear(edges[0], edges[-1], plot.left, plot.right)
    up = linear(0, top, plot.bottom, plot.top)
    drawing = vertical_axis(plot, up, [Tick(tick.value, percent(tick.value, 1)) for tick in nice_ticks(0, top, 4)])
    rows = []
    for count, share, (low, high) in zip(counts, shares, pairwise(edges), strict=True):
        words = f"{significant(low)} to {significant(high)}{' ' + unit if unit else ''}"
        place = {"x": n(across(low) + _GAP), "width": n(max(0.1, across(high) - across(low) - 2 * _GAP))}
        bar = tag("rect", class_="chart-area series-1", y=n(up(share)), height=n(plot.bottom - up(share)), **place)
        area = tag("rect", class_="chart-hover", y=n(plot.top), height=n(plot.bottom - plot.top), **place)
        drawing += bar + hover(area, f"{words}\n{percent(share)}")
        rows.append((words, f"{grouped(count)} ({percent(share)})"))
    drawing += horizontal_axis(plot, across, nice_ticks(edges[0], edges[-1], 8), unit)
    most = max(range(len(counts)), key=lambda place: counts[place])
    return figure(
        title,
        f"{grouped(total)} values, most of them at {rows[most][0]}.",
        drawing,
        table=data_table(title, [f"Bin{f' ({unit})' if unit else ''}", "Values"], rows),
        height=HEIGHT if unit else HEIGHT - UNIT_LINE,
    )
