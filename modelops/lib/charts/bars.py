"""Horizontal bars: a table whose second column is drawn."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from modelops.lib.charts.frame import n, nothing_to_draw
from modelops.lib.figures import significant

Item = tuple[str, float | None] | tuple[str, float | None, str]


def bars(
    items: Sequence[Item],
    title: str = "",
    unit: str = "",
    limit: float | None = None,
    maximum: float | None = None,
    limit_label: str = "limit",
) -> SafeString:
    """One bar for each (label, value) or (label, value, tone), in the order given.

    ``maximum`` is the length of the whole track (else the largest value); ``limit`` draws a line across all bars. The
    figure is its own table: label, bar, value.
    """
    values = [item[1] for item in items if item[1] is not None]
    if not values:
        return nothing_to_draw(title, "There is no value to draw.")
    whole = maximum or max([*values, limit or 0]) * (1.0 if maximum else 1.04) or 1.0
    mark = (
        format_html('<line class="chart-limit" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>', n(100 * limit / whole))
        if limit is not None
        else ""
    )
    rows = format_html_join("", "{}", ((_row(item, whole, mark, unit),) for item in items))
    note = (
        f"The line is the {limit_label}: {significant(limit)}{' ' + unit if unit else ''}." if limit is not None else ""
    )
    return format_html(
        '<figure class="chart">{}<table class="bars"><caption class="sr-only">{}</caption><thead class="sr-only"><tr>'
        '<th scope="col">Name</th><th scope="col">Bar</th><th scope="col">Value</th></tr></thead>'
        "<tbody>{}</tbody></table>{}</figure>",
        format_html('<figcaption><span class="chart-title">{}</span></figcaption>', title) if title else "",
        title,
        rows,
        format_html('<p class="chart-note">{}</p>', note) if note else "",
    )


def _breakable(label: str) -> SafeString:
    """A label that may break after an underscore, as column names have many."""
    return format_html_join(mark_safe("_<wbr>"), "{}", ((part,) for part in label.split("_")))


def _row(item: Item, whole: float, mark: SafeString | str, unit: str) -> SafeString:
    label, value = item[0], item[1]
    tone = item[2] if len(item) > 2 else ""
    length = min(100.0, max(0.0, 100 * (value or 0) / whole))
    bar = format_html(
        '<rect class="chart-bar{}" width="{}%" height="14" y="5" rx="2"/>', f" tone-{tone}" if tone else "", n(length)
    )
    return format_html(
        '<tr><th scope="row">{}</th><td><svg width="100%" height="24" aria-hidden="true">'
        '<rect class="chart-track" width="100%" height="14" y="5" rx="2"/>{}{}</svg></td>'
        '<td class="number">{}</td></tr>',
        _breakable(label),
        bar,
        mark,
        "–" if value is None else f"{significant(value)}{' ' + unit if unit else ''}",
    )
