"""JSON Lines: one object a line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.json as pj

from modelops.lib.errors import Invalid

from .base import BLOCK_BYTES, TableFormat, check_names, pack_schema, table_formats, unpack_schema

_LONGEST_LINE = 64 * 1024 * 1024
_CHANGED = re.compile(r"Column\(/(?P<column>.*?)\) changed from (?P<before>\w+) to (?P<after>\w+)")
_FIRST_KEY = re.compile(rb'\s*\{\s*(\}|")')


@table_formats.register("jsonl")
class JSONLines(TableFormat):
    """Read in blocks of whole lines, so that memory does not grow with the file."""

    label = "JSON Lines"

    def recognises(self, head: bytes, tail: bytes) -> bool:
        return _FIRST_KEY.match(head.removeprefix(b"\xef\xbb\xbf")) is not None

    def inspect(self, file: BinaryIO) -> dict[str, Any]:
        schema: pa.Schema | None = None
        for block, first_line in _blocks(file):
            found = _parse(block, first_line, None).schema
            schema = found if schema is None else _unified(schema, found)
        names = schema.names if schema is not None else []
        check_names(names)
        return {"arrow_schema": pack_schema(schema if schema is not None else pa.schema([]))}

    def batches(
        self, file: BinaryIO, reading: Mapping[str, Any], columns: list[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        schema = unpack_schema(reading["arrow_schema"])
        if columns is not None:
            schema = pa.schema([schema.field(name) for name in columns])
        for block, first_line in _blocks(file):
            yield from _parse(block, first_line, schema).to_batches()


def _blocks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Blocks of whole lines with the number of their first line."""
    file.seek(0)
    rest = file.read(3).removeprefix(b"\xef\xbb\xbf")
    line = 1
    while piece := file.read(BLOCK_BYTES):
        end = piece.rfind(b"\n") + 1
        if not end:
            rest += piece
        else:
            block = b"".join((rest, memoryview(piece)[:end]))  # copied once: blocks are large
            rest = piece[end:]
            if not block.isspace():
                yield block, line
            line += block.count(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise Invalid(
                f"Line {line} is longer than {_LONGEST_LINE:,} bytes. Write one object a line.",
                code="dataset.row_too_long",
                field="file",
            )
    if rest.strip():
        yield rest, line


def _parse(block: bytes, first_line: int, schema: pa.Schema | None) -> pa.Table:
    parse = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer" if schema is None else "ignore")
    # One Arrow block for the whole piece: types are inferred over all of it.
    read = pj.ReadOptions(use_threads=False, block_size=len(block) + 1)
    try:
        table = pj.read_json(pa.BufferReader(block), read_options=read, parse_options=parse)
    except (pa.ArrowException, OSError) as error:
        changed = _CHANGED.search(str(error))
        if changed:
            raise _mixed(changed["column"], changed["before"], changed["after"]) from None
        raise Invalid(
            f"The lines from line {first_line} on are not one JSON object a line with the same kind of value under "
            "each name. Write them again and upload that.",
            code="dataset.unreadable",
            field="file",
        ) from None
    return table if schema is None else table.select(schema.names)


def _unified(one: pa.Schema, other: pa.Schema) -> pa.Schema:
    try:
        return pa.unify_schemas([one, other], promote_options="permissive")
    except pa.ArrowException:
        return pa.unify_schemas([_plain(one, other), _plain(other, one)], promote_options="permissive")


def _plain(schema: pa.Schema, other: pa.Schema) -> pa.Schema:
    """``schema`` with text in place of guessed times where the other block shows that they are text."""
    fields = []
    for field in schema:
        place = other.get_field_index(field.name)
        facing = other.field(place).type if place >= 0 else field.type
        types = (field.type, facing)
        if any(pa.types.is_string(each) for each in types) and any(pa.types.is_timestamp(each) for each in types):
            fields.append(pa.field(field.name, pa.string()))
        elif field.type != facing and not _promotes(field.type, facing):
            raise _mixed(field.name, str(field.type), str(facing))
        else:
            fields.append(field)
    return pa.schema(fields)


def _promotes(one: pa.DataType, other: pa.DataType) -> bool:
    try:
        pa.unify_schemas([pa.schema([("x", one)]), pa.schema([("x", other)])], promote_options="permissive")
    except pa.ArrowException:
        return False
    return True


def _mixed(column: str, one: str, other: str) -> Invalid:
    return Invalid(
        f"Column {column!r} holds values of two kinds, {one} and {other}. Write it with one kind and upload that.",
        code="dataset.mixed_types",
        field="file",
    )
