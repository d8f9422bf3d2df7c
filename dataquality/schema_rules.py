"""The rules in a dataset's schema: what its owner has confirmed about the columns, as rules of a suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from .profiling.kinds import Kind, kind_of
from .suites import MOST_RULES, Entry, Suite, read_suite

# What a column of a declared type may be in the file; a text may read as a number or a date.
_FITS: dict[str, frozenset[Kind]] = {
    "number": frozenset({"number", "text"}),
    "whole": frozenset({"number", "text"}),
    "date": frozenset({"time", "text"}),
    "text": frozenset({"text"}),
    "boolean": frozenset({"boolean"}),
}


def with_schema(suite: Suite | None, document: Mapping[str, Any] | None, schema: pa.Schema) -> Suite | None:
    """``suite`` and the rules that the schema makes for a table with these columns; None when there is neither."""
    if document is None:
        return suite
    lines = list(_lines(document, schema))
    entries: list[Entry] = []
    for start in range(0, len(lines), MOST_RULES):
        entries += read_suite({"rules": lines[start : start + MOST_RULES]}).entries
    if suite is None:
        return Suite(tuple(entries))
    return Suite((*suite.entries, *entries), suite.snoozed)


def _lines(document: Mapping[str, Any], schema: pa.Schema) -> Iterator[dict[str, Any]]:
    confirmed = [column for column in document["columns"] if column["confirmed"]]
    kinds = {field.name: kind_of(field.type) for field in schema}
    types = {field.name: str(field.type) for field in schema}
    if confirmed:
        told = [f"{column['name']}: {_wanted(column, kinds, types)}" for column in confirmed]
        yield {"name": "schema-columns", "rule": "columns", "params": {"values": told}}
    for place, column in enumerate(confirmed):
        kind = kinds.get(column["name"])
        if kind is None:
            continue
        for rule, params in _of_column(column, kind):
            yield {"name": f"schema-{rule}-{place}", "rule": rule, "columns": [column["name"]], "params": params}
    for place, key in enumerate(document["keys"]):
        if all(name in kinds for name in key):
            yield {"name": f"schema-key-{place}", "rule": "unique", "columns": list(key)}


def _wanted(column: Mapping[str, Any], kinds: Mapping[str, Kind], types: Mapping[str, str]) -> str:
    """The type that the table must have there: its own where it fits what is said, which then is no finding."""
    kind = kinds.get(column["name"])
    fits = kind in ("empty", None) or kind in _FITS.get(column["type"], frozenset({kind}))
    return types.get(column["name"], column["type"]) if fits else column["type"]


def _of_column(column: Mapping[str, Any], kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    if not column["nullable"]:
        yield "present", {}
    says, fits = column["type"], kind in _FITS.get(column["type"], frozenset())
    if fits and ((kind == "text" and says in ("number", "whole", "date")) or says == "whole"):
        yield "type", {"type": says}
    bounds = {which: column[which] for which in ("min", "max") if column[which] is not None}
    if bounds and fits and kind in ("number", "time"):
        yield "range", bounds
    if column["categories"] and kind == "text":
        yield "set", {"values": list(column["categories"])}
