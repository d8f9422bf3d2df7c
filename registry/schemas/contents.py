"""Reading a schema: what makes sense is kept, in one form; what does not is refused with its place."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from modelops.lib.errors import Invalid

from .vocabulary import ORDERED, PERSONAL, TYPES

MOST_COLUMNS = 10_000
MOST_KEYS = 10
MOST_CATEGORIES = 1000
LONGEST_NAME, LONGEST_UNIT, LONGEST_CATEGORY = 255, 40, 200
_FIELDS = {"name", "type", "nullable", "unit", "min", "max", "categories", "personal", "confirmed"}


def read_document(columns: object, keys: object = (), time_column: object = "") -> dict[str, Any]:
    """The checked document of a schema: {"columns": […], "keys": [[…]], "time_column": ""}. Raises Invalid."""
    if not isinstance(columns, Sequence) or isinstance(columns, str) or not 0 < len(columns) <= MOST_COLUMNS:
        raise Invalid(f"A schema lists from 1 to {MOST_COLUMNS:,} columns.", code="schema.invalid", field="columns")
    checked = [_column(column, place) for place, column in enumerate(columns)]
    kinds: dict[str, str] = {}
    for place, column in enumerate(checked):
        if column["name"] in kinds:
            raise _refused(place, "name", f"two columns are named {column['name']!r}.")
        kinds[column["name"]] = column["type"]
    return {"columns": checked, "keys": _keys(keys, kinds), "time_column": _time_column(time_column, kinds)}


def _column(said: object, place: int) -> dict[str, Any]:
    if not isinstance(said, Mapping) or not set(said) <= _FIELDS:
        raise _refused(place, "", f"a column is an object with {', '.join(sorted(_FIELDS))}.")
    name = said.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or "\x00" in name:
        raise _refused(place, "name", f"a name has 1 to {LONGEST_NAME} characters.")
    kind = said.get("type", "other")
    if kind not in TYPES:
        raise _refused(place, "type", f"the type is one of {', '.join(TYPES)}.")
    personal = said.get("personal", "none")
    if personal not in PERSONAL:
        raise _refused(place, "personal", f"what it says about people is one of {', '.join(PERSONAL)}.")
    unit = said.get("unit") or ""
    if not isinstance(unit, str) or len(unit) > LONGEST_UNIT or "\x00" in unit:
        raise _refused(place, "unit", f"a unit has at most {LONGEST_UNIT} characters.")
    nullable, confirmed = said.get("nullable", True), said.get("confirmed", True)
    if not isinstance(nullable, bool) or not isinstance(confirmed, bool):
        raise _refused(place, "nullable", "nullable and confirmed are true or false.")
    low, high = (_bound(said.get(which), kind, place, which) for which in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise _refused(place, "max", "max lies below min.")
    return {
        "name": name,
        "type": kind,
        "nullable": nullable,
        "unit": unit.strip(),
        "min": low,
        "max": high,
        "categories": _categories(said.get("categories"), place),
        "personal": personal,
        "confirmed": confirmed,
    }


def _bound(value: object, kind: str, place: int, which: str) -> float | int | str | None:
    if value is None or value == "":
        return None
    if kind not in ORDERED:
        raise _refused(place, which, "only numbers and dates have bounds.")
    if kind == "date":
        try:
            return dt.datetime.fromisoformat(str(value)).isoformat() if isinstance(value, str) else _no_moment()
        except ValueError:
            raise _refused(place, which, "a bound of dates is written 2013-01-31 or 2013-01-31T12:00.") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(place, which, "a bound of numbers is a finite number.")
    return value


def _no_moment() -> str:
    raise ValueError


def _categories(said: object, place: int) -> list[str]:
    if said is None:
        return []
    if not isinstance(said, Sequence) or isinstance(said, str) or len(said) > MOST_CATEGORIES:
        raise _refused(place, "categories", f"categories are a list of at most {MOST_CATEGORIES:,}.")
    for each in said:
        if not isinstance(each, str) or len(each) > LONGEST_CATEGORY:
            raise _refused(place, "categories", f"a category is a text of at most {LONGEST_CATEGORY} characters.")
    return list(dict.fromkeys(said))


def _keys(said: object, kinds: Mapping[str, str]) -> list[list[str]]:
    fits = isinstance(said, Sequence) and not isinstance(said, str) and len(said) <= MOST_KEYS
    if not fits or not all(isinstance(key, Sequence) and not isinstance(key, str) and key for key in said):  # type: ignore[union-attr]
        raise Invalid(f"Keys are at most {MOST_KEYS} lists of column names.", code="schema.invalid", field="keys")
    found = [list(dict.fromkeys(str(name) for name in key)) for key in said]  # type: ignore[union-attr]
    unknown = next((name for key in found for name in key if name not in kinds), None)
    if unknown is not None:
        raise Invalid(f"The key names {unknown[:255]!r}, which is no column.", code="schema.invalid", field="keys")
    return found


def _time_column(said: object, kinds: Mapping[str, str]) -> str:
    name = said or ""
    if not isinstance(name, str) or (name and kinds.get(name) != "date"):
        raise Invalid(
            "The time column is one of the columns and holds dates or moments.",
            code="schema.invalid",
            field="time_column",
        )
    return name


def _refused(place: int, field: str, what: str) -> Invalid:
    where = f"columns.{place}.{field}" if field else f"columns.{place}"
    return Invalid(f"Column {place + 1}: {what}", code="schema.invalid", field=where)
