"""The lineage of a version as a drawing: data on the left, versions in the middle, aliases on the right.

SVG made by the server, without scripts or inline styles; the same stands in a table below it.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelops.lib.charts.frame import WIDTH, data_table, figure, n, tag

from .tracing import Traced

_BOX: Final = 176
_HEIGHT: Final = 34
_GAP: Final = 12
_COLUMNS: Final = (0.0, (WIDTH - _BOX) / 2, float(WIDTH - _BOX))
_MOST: Final = 7
_LONGEST: Final = 25


@dataclass(frozen=True, slots=True)
class _Node:
    key: str
    text: str
    url: str
    column: int
    row: int
    css: str = ""

    @property
    def top(self) -> float:
        return 4 + self.row * (_HEIGHT + _GAP)


def draw(traced: Traced) -> SafeString:
    """The figure for ``traced``: at most seven boxes in a column; the table tells the rest."""
    version = traced.version
    data = [
        _Node(str(one.pk), str(one), "" if one.is_deleted else one.get_absolute_url(), 0, row)
        for row, one in enumerate(traced.datasets[:_MOST])
    ]
    siblings = traced.siblings[: _MOST - 1]
    own = _Node(str(version.pk), str(version), "", 1, 0, "lineage-self")
    others = [
        _Node(str(one.pk), str(one), one.get_absolute_url(), 1, row) for row, (one, _) in enumerate(siblings, start=1)
    ]
    named = [_Node(name, name, "", 2, row, "lineage-alias") for row, name in enumerate(traced.aliases[:_MOST])]
    lines = [_line(one, own) for one in data] + [_line(own, one) for one in named]
    places = {node.key: node for node in data}
    for node, (_, shared) in zip(others, siblings, strict=True):
        lines += [_line(places[str(one.pk)], node) for one in shared if str(one.pk) in places]
    nodes = [*data, own, *others, *named]
    height = 8 + max(node.row + 1 for node in nodes) * (_HEIGHT + _GAP)
    made = figure(
        f"Lineage of {version}",
        f"{len(traced.datasets)} dataset versions lead to it; {len(traced.siblings)} other versions share them; "
        f"{len(traced.aliases)} aliases point at it.",
        "".join(lines) + "".join(_box(node) for node in nodes),
        table=_table(traced),
        height=height,
    )
    return format_html('<div class="lineage">{}</div>', made)


def _box(node: _Node) -> str:
    x = _COLUMNS[node.column]
    shown = node.text if len(node.text) <= _LONGEST else f"{node.text[: _LONGEST - 6]}…{node.text[-5:]}"
    rect = tag(
        "rect", class_=f"lineage-box {node.css}".strip(), x=n(x), y=n(node.top), width=_BOX, height=_HEIGHT, rx=6
    )
    text = tag("text", shown, x=n(x + _BOX / 2), y=n(node.top + 21), text_anchor="middle")
    inner = f"<g>{rect}{text}{tag('title', node.text)}</g>"
    return f"{tag('a', href=node.url)[:-2]}>{inner}</a>" if node.url else inner


def _line(start: _Node, end: _Node) -> str:
    x1, x2 = _COLUMNS[start.column] + _BOX, _COLUMNS[end.column]
    y1, y2 = start.top + _HEIGHT / 2, end.top + _HEIGHT / 2
    middle = (x1 + x2) / 2
    path = f"M{n(x1)} {n(y1)}C{n(middle)} {n(y1)} {n(middle)} {n(y2)} {n(x2)} {n(y2)}"
    return tag("path", class_="lineage-line", d=path)


def _table(traced: Traced) -> SafeString:
    rows = [("Data", str(one), f"{one.rows} rows, SHA-256 {one.artifact.sha256[:12]}") for one in traced.datasets]
    rows += [
        ("Made of the same data", str(one), ", ".join(str(data) for data in shared)) for one, shared in traced.siblings
    ]
    rows += [("Alias", name, f"points at {traced.version}") for name in traced.aliases]
    note = "There are further versions of the same data." if traced.more_siblings else ""
    if traced.hidden_datasets:
        note = f"{note} {traced.hidden_datasets} dataset version(s) that you may not see are left out.".strip()
    return data_table(f"Lineage of {traced.version}", ["What", "Name", "About it"], rows, note)
