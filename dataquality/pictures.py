"""The columns of an examined version in pictures, drawn by the server from the stored sketches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from modelops.lib import charts

SHOWN_COLUMNS = 60
SHOWN_CATEGORIES = 8


@dataclass(frozen=True)
class Picture:
    """One column; ``looked_at`` is how many values it is drawn from, ``is_sample`` whether these are not all."""

    name: str
    drawing: SafeString
    looked_at: int
    is_sample: bool


def pictures_of(columns: dict[str, dict[str, Any]], order: list[str]) -> list[Picture]:
    """The first columns in the order of the file."""
    names = [name for name in order if name in columns][:SHOWN_COLUMNS]
    return [
        Picture(name, _drawn(name, columns[name]), columns[name]["count"], "categories" not in columns[name])
        for name in names
    ]


def _drawn(name: str, told: dict[str, Any]) -> SafeString:
    total = max(1, told["count"])
    if "categories" in told:
        shown = told["categories"][:SHOWN_CATEGORIES]
        items: list[tuple[str, float] | tuple[str, float, str]] = [
            (label[:40], 100 * count / total) for label, count in shown
        ]
        rest = total - sum(count for _, count in shown)
        if rest:
            items.append(("all others", 100 * rest / total, "quiet"))
        return charts.bars(items, title=name, unit="%")
    bins, low, high = told["bins"], told["low"], told["high"]
    width = (high - low) / max(1, len(bins))
    edges = [low + place * width for place in range(len(bins))] + [high]
    return charts.histogram(bins, edges, title=name)
