"""The frame of a chart: figure, caption, legend, axes and the table of its data."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from modelops.lib.charts.scale import Scale, Tick

WIDTH = 640
HEIGHT = 250
# The line below the tick labels, which is needed only where a unit is written.
UNIT_LINE = 13


@dataclass(frozen=True)
class Plot:
    """The rectangle inside the axes, in drawing units."""

    left: float = 46
    right: float = WIDTH - 14
    top: float = 14
    bottom: float = HEIGHT - 34


def n(value: float) -> str:
    """A coordinate as it is written in SVG: one decimal is a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, text: str | None = None, /, **attributes: object) -> str:
    """One SVG element; attribute names with underscores, ``class_`` for class; values and text are escaped."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{name}{written}/>" if text is None else f"<{name}{written}>{escape(text)}</{name}>"


def hover(shape: str, text: str) -> str:
    """``shape`` with a tooltip that the browser shows by itself."""
    return f"<g>{shape}{tag('title', text)}</g>"


def horizontal_axis(plot: Plot, scale: Scale, ticks: Sequence[Tick], unit: str = "") -> str:
    """Tick labels below the plot; every second one gives way where the drawing is small."""
    parts = [tag("line", class_="chart-axis", x1=n(plot.left), x2=n(plot.right), y1=n(plot.bottom), y2=n(plot.bottom))]
    for index, tick in enumerate(ticks):
        x = scale(tick.value)
        css = "chart-tick chart-tick-odd" if index % 2 else "chart-tick"
        edge = " chart-tick-end" if x > plot.right - 18 else ""
        parts.append(tag("line", class_="chart-axis", x1=n(x), x2=n(x), y1=n(plot.bottom), y2=n(plot.bottom + 4)))
        parts.append(tag("text", tick.label, class_=css + edge, x=n(x), y=n(plot.bottom + 18), text_anchor="middle"))
    if unit:
        parts.append(tag("text", unit, class_="chart-unit", x=n(plot.right), y=n(plot.bottom + 32), text_anchor="end"))
    return "".join(parts)


def vertical_axis(plot: Plot, scale: Scale, ticks: Sequence[Tick]) -> str:
    """Tick labels left of the plot and hairlines across it."""
    parts = []
    for tick in ticks:
        y = scale(tick.value)
        parts.append(tag("line", class_="chart-grid", x1=n(plot.left), x2=n(plot.right), y1=n(y), y2=n(y)))
        parts.append(tag("text", tick.label, class_="chart-tick", x=n(plot.left - 8), y=n(y + 4), text_anchor="end"))
    return "".join(parts)


def legend(entries: Iterable[tuple[str, str]]) -> SafeString:
    """What each mark means: (class of the swatch, words)."""
    items = format_html_join(
        "",
        '<li><svg class="swatch {}" viewBox="0 0 14 10" aria-hidden="true"><rect x="0" y="2" width="14" height="6" '
        'rx="2"/></svg>{}</li>',
        entries,
    )
    return format_html('<ul class="legend">{}</ul>', items)


def data_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> SafeString:
    """The data behind a chart, folded away; the first column names the row."""
    head = format_html_join("", '<th scope="col"{}>{}</th>', ((_numeric(i), name) for i, name in enumerate(columns)))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((row[0], format_html_join("", '<td class="number">{}</td>', ((cell,) for cell in row[1:]))) for row in rows),
    )
    return format_html(
        '<details class="chart-data"><summary>Data</summary><div class="table-wrap"><table class="table">'
        '<caption class="sr-only">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}</details>',
        caption,
        head,
        body,
        format_html("<p>{}</p>", note) if note else "",
    )


def figure(
    title: str,
    description: str,
    drawing: str,
    *,
    table: SafeString,
    key: SafeString | str = "",
    note: str = "",
    width: int = WIDTH,
    height: int = HEIGHT,
) -> SafeString:
    """A finished figure. ``drawing`` is SVG made by ``tag``, in which all text is escaped already."""
    mark = hashlib.blake2b(f"{title}{description}{drawing}".encode(), digest_size=6).hexdigest()
    return format_html(
        '<figure class="chart"><figcaption><span class="chart-title">{title}</span>{key}</figcaption>'
        '<svg class="chart-drawing" viewBox="0 0 {width} {height}" role="img" aria-labelledby="c{mark}t c{mark}d">'
        '<title id="c{mark}t">{title}</title><desc id="c{mark}d">{description}</desc>{drawing}</svg>'
        "{note}{table}</figure>",
        title=title,
        key=key,
        width=width,
        height=height,
        mark=mark,
        description=description,
        drawing=mark_safe(drawing),  # noqa: S308  made by tag(), which escapes
        note=format_html('<p class="chart-note">{}</p>', note) if note else "",
        table=table,
    )


def nothing_to_draw(title: str, reason: str) -> SafeString:
    """What stands in the place of a chart that has no data, and why."""
    return format_html(
        '<figure class="chart"><figcaption><span class="chart-title">{}</span></figcaption>'
        '<p class="chart-nothing">{}</p></figure>',
        title,
        reason,
    )


def _numeric(index: int) -> SafeString:
    return mark_safe(' class="number"') if index else mark_safe("")
