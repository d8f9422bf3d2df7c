"""What two versions of a schema say differently, and whether data that was good before may now be bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .vocabulary import PERSONAL, TYPES

Column = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing about one column. ``breaking``: a reader of the earlier schema would stumble over it."""

    column: str
    kind: str
    words: str
    breaking: bool


def differences(before: Sequence[Column], after: Sequence[Column]) -> list[Difference]:
    """Columns added, removed, retyped, re-ranged and otherwise said differently, in the order of the columns.

    >>> old = {"name": "a", "type": "whole", "nullable": False, "min": 0, "max": 9, "categories": [], "unit": "",
    ...        "personal": "none"}
    >>> [(one.kind, one.breaking) for one in differences([old], [{**old, "max": 10, "nullable": True}])]
    [('nullable', True), ('range', True)]
    """
    earlier, later = ({column["name"]: column for column in columns} for columns in (before, after))
    found = [
        Difference(name, "removed", f"removed; it was {TYPES[column['type']]}", breaking=True)
        for name, column in earlier.items()
        if name not in later
    ]
    for name, column in later.items():
        old = earlier.get(name)
        if old is None:
            found.append(Difference(name, "added", f"added as {TYPES[column['type']]}", breaking=False))
        else:
            found += _changed(old, column)
    return found


def _changed(old: Column, new: Column) -> list[Difference]:
    name, found = new["name"], []
    if old["type"] != new["type"]:
        widened = (old["type"], new["type"]) == ("whole", "number")
        words = f"{TYPES[new['type']]}, was {TYPES[old['type']]}"
        found.append(Difference(name, "retyped", words, breaking=not widened))
    if old["nullable"] != new["nullable"]:
        words = "may be empty now" if new["nullable"] else "may not be empty any more"
        found.append(Difference(name, "nullable", words, breaking=new["nullable"]))
    bounds = [(one["min"], one["max"]) for one in (old, new)]
    if bounds[0] != bounds[1]:
        # Readers of the earlier range meet values that they were told cannot come.
        words = f"range {_range(*bounds[1])}, was {_range(*bounds[0])}"
        found.append(Difference(name, "range", words, breaking=not _within(bounds[1], bounds[0])))
    if set(old["categories"]) != set(new["categories"]):
        more = set(new["categories"]) - set(old["categories"])
        opened = bool(old["categories"]) and (not new["categories"] or bool(more))
        words = f"{len(new['categories'])} categories, had {len(old['categories'])}"
        found.append(Difference(name, "categories", words, breaking=opened))
    if old["unit"] != new["unit"]:
        words = f"unit {new['unit'] or 'none'}, was {old['unit'] or 'none'}"
        found.append(Difference(name, "unit", words, breaking=bool(old["unit"])))
    if old["personal"] != new["personal"]:
        words = f"{PERSONAL[new['personal']]}, was {PERSONAL[old['personal']]}"
        found.append(Difference(name, "personal", words, breaking=False))
    return found


def _range(low: object, high: object) -> str:
    return f"{'…' if low is None else low} to {'…' if high is None else high}"


def _within(inner: tuple[Any, Any], outer: tuple[Any, Any]) -> bool:
    """Whether every value of the range ``inner`` lies in ``outer``; bounds of another kind count as wider."""
    low = outer[0] is None or ((type(inner[0]) is str) == (type(outer[0]) is str) and inner[0] is not None)
    high = outer[1] is None or ((type(inner[1]) is str) == (type(outer[1]) is str) and inner[1] is not None)
    if not (low and high):
        return False
    return (outer[0] is None or inner[0] >= outer[0]) and (outer[1] is None or inner[1] <= outer[1])
