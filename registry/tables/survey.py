"""One look over a whole file: its format, its columns, its rows. Refuses what no check or training could use."""

import os
from typing import Any, BinaryIO

import pyarrow as pa

from modelops.lib.errors import Invalid, UnsupportedFormat

from . import arrow_ipc, delimited, json_lines, parquet, parts, personal
from .base import Column, Survey, TableFormat, table_formats, unpack_schema

# Binary formats first: text is what remains.
_ORDER = ("parquet", "arrow", "parts", "jsonl", "csv")
# What a table is called that people send; several files of one of them become parts by themselves.
_SENT = ("parquet", "arrow", "jsonl", "csv")
_HEAD_BYTES = 64 * 1024
_Counts = tuple[int, list[int], list[str]]  # rows, empty cells per column, what the first values of each say

__all__ = ["arrow_ipc", "delimited", "expect", "json_lines", "parquet", "parts", "survey"]


def expect(file: BinaryIO) -> tuple[str, dict[str, Any], int] | None:
    """The format of ``file``, how it is read and how many rows it has, as far as can be told without reading them.

    None where that cannot be told. Both may turn out wrong, and whoever reads all rows sees it: where none fails and as
    many come, `survey` finds the same. Raises UnsupportedFormat and Invalid.
    """
    key, reader = _format(file)
    expected = reader.expect(file)
    return None if expected is None else (key, *expected)


def survey(file: BinaryIO) -> Survey:
    """What ``file`` holds, read from end to end.

    Raises UnsupportedFormat for anything but a table, and Invalid for a table without rows, with nameless, repeated or
    all-empty columns, or with rows that do not fit its header.
    """
    key, reader = _format(file)
    reading, (rows, nulls, about) = _read(reader, file)
    schema = unpack_schema(reading["arrow_schema"])
    if rows == 0 or not schema.names:
        raise Invalid(
            "The dataset has no rows. Upload a file with a header and at least one row.",
            code="dataset.empty",
            field="file",
        )
    for field, missing in zip(schema, nulls, strict=True):
        if missing == rows:
            raise _all_null(field, rows)
    columns = [
        Column(field.name, str(field.type), missing, personal.by_name(field.name) or seems)
        for field, missing, seems in zip(schema, nulls, about, strict=True)
    ]
    return Survey(key, rows, columns, reading)


def _read(reader: TableFormat, file: BinaryIO) -> tuple[dict[str, Any], _Counts]:
    """How the file is read, and what reading every row has counted. Raises Invalid."""
    begun = reader.glimpse(file)
    if begun is not None:
        try:
            return begun, _counts(reader, file, begun)
        except Invalid:
            pass  # It goes on otherwise than it begins, or is damaged: the look over all of it tells.
    reading = reader.inspect(file)
    while True:
        try:
            return reading, _counts(reader, file, reading)
        except Invalid as refusal:
            repaired = reader.repaired(reading, refusal)
            if repaired is None:
                raise
            reading = repaired


def _counts(reader: TableFormat, file: BinaryIO, reading: dict[str, Any]) -> _Counts:
    """Rows, empty cells per column, and what the first values say; reading every row shows that it can be read."""
    rows = 0
    nulls = [0] * len(unpack_schema(reading["arrow_schema"]))
    about = [""] * len(nulls)
    for batch in reader.batches(file, reading):
        if not rows:
            about = [personal.by_values(column) for column in batch.columns]
        rows += batch.num_rows
        for place, column in enumerate(batch.columns):
            nulls[place] += column.null_count
    return rows, nulls, about


def _format(file: BinaryIO) -> tuple[str, TableFormat]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(max(size - 16, 0))
    tail = file.read(16)
    if not head.strip():
        raise Invalid(
            "The file is empty. Upload a file with a header and at least one row.", code="dataset.empty", field="file"
        )
    for key in _ORDER:
        reader = table_formats.get(key)()
        if reader.recognises(head, tail):
            return key, reader
    known = ", ".join(table_formats.get(key).label for key in _SENT)
    raise UnsupportedFormat(
        f"The file is no table that is read here. Upload {known}; a JSON array becomes JSON Lines when each object "
        "stands on a line of its own.",
        code="dataset.unknown_format",
        field="file",
    )


def _all_null(field: "pa.Field[Any]", rows: int) -> Invalid:
    return Invalid(
        f"Column {field.name!r} holds no value in any of the {rows:,} rows, so nothing can be checked or learnt from "
        "it. Fill it or leave it out, then upload again.",
        code="dataset.empty_column",
        field="file",
    )
