"""A schema for a dataset that has none: what its newest version shows, to be confirmed by whoever owns it."""

from __future__ import annotations

import re
from typing import Any

from registry.models import DatasetVersion

_CATEGORY = re.compile(r"dictionary<values=(?P<values>.+), indices=\w+, ordered=\d>")
_WHOLE = re.compile(r"u?int(8|16|32|64)")
_NUMBER = re.compile(r"double|float|halffloat|decimal\d+\(.*\)")
_TEXT = re.compile(r"(large_)?string(_view)?")


def proposed_columns(version: DatasetVersion) -> list[dict[str, Any]]:
    """What ``version`` shows of each column; nothing of it is confirmed."""
    return [
        {
            "name": column["name"],
            "type": type_of(column["type"]),
            "nullable": bool(column["nulls"]),
            "unit": "",
            "min": None,
            "max": None,
            "categories": [],
            "personal": column.get("personal") or "none",
            "confirmed": False,
        }
        for column in version.typed_schema
    ]


def with_new_columns(said: list[dict[str, Any]], version: DatasetVersion | None) -> list[dict[str, Any]]:
    """What is said, and a proposal for each column of ``version`` of which nothing is said yet."""
    if version is None:
        return said
    known = {column["name"] for column in said}
    return said + [column for column in proposed_columns(version) if column["name"] not in known]


def type_of(arrow_type: str) -> str:
    """The word of a schema for an Arrow type.

    >>> type_of("int32"), type_of("dictionary<values=string, indices=int8, ordered=0>"), type_of("date32[day]")
    ('whole', 'text', 'date')
    """
    category = _CATEGORY.fullmatch(arrow_type)
    if category:
        return type_of(category["values"])
    if _WHOLE.fullmatch(arrow_type):
        return "whole"
    if _NUMBER.fullmatch(arrow_type):
        return "number"
    if _TEXT.fullmatch(arrow_type):
        return "text"
    if arrow_type.startswith(("timestamp[", "date")):
        return "date"
    return "boolean" if arrow_type == "bool" else "other"
