"""Several files that are one table: an uncompressed zip of parts of one format, with the same columns."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa

from modelops.lib.errors import Invalid, UnsupportedFormat

from .base import TableFormat, pack_schema, table_formats, unpack_schema, unreadable
from .zip_places import MAGIC, Member, NoPlainArchive, Slice, members

# Formats that a part may have, those that tell themselves by a mark first.
_OF_PARTS: Final = ("parquet", "arrow", "jsonl", "csv")
_HEAD_BYTES: Final = 64 * 1024
# Types that are guessed from text: two guesses meet in the wider one, and in text where there is none.
_GUESSED: Final = ("csv", "jsonl")
_WIDER: Final = {
    frozenset({pa.int64(), pa.float64()}): pa.float64(),
    frozenset({pa.date32(), pa.timestamp("us")}): pa.timestamp("us"),
}


@table_formats.register("parts")
class Parts(TableFormat):
    """The rows of the first part, then those of the second, and so on, in the order of the archive."""

    label = "several files"

    def recognises(self, head: bytes, tail: bytes) -> bool:
        return head.startswith(MAGIC)

    def inspect(self, file: BinaryIO) -> dict[str, Any]:
        found = _members(file)
        key = _format_of(file, found[0])
        reader = table_formats.get(key)()
        readings = []
        for member in found:
            if _format_of(file, member) != key:
                raise _other(member, f"is not {reader.label}, as {found[0].path!r} is")
            readings.append(_named(member, lambda member=member: reader.inspect(_opened(file, member))))
        schema = _common(found, [unpack_schema(reading["arrow_schema"]) for reading in readings], key)
        packed = pack_schema(schema)
        # Parts of text are read with the common types; binary ones hold their own.
        if key in _GUESSED:
            readings = [{**own, "arrow_schema": _reordered(own["arrow_schema"], schema, key)} for own in readings]
        return {"arrow_schema": packed, "format": key, "paths": [member.path for member in found], "readings": readings}

    def batches(
        self, file: BinaryIO, reading: Mapping[str, Any], columns: list[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        schema = unpack_schema(reading["arrow_schema"])
        names = schema.names if columns is None else [name for name in schema.names if name in columns]
        for _, part, own in parts_of(file, reading):
            for batch in table_formats.get(reading["format"])().batches(part, own, names):
                yield batch.select(names)

    def repaired(self, reading: Mapping[str, Any], refusal: Invalid) -> dict[str, Any] | None:
        """What one part shows of a column holds for all of them."""
        reader = table_formats.get(reading["format"])()
        for own in reading["readings"]:
            mended = reader.repaired(own, refusal)
            if mended is None:
                continue
            schema = unpack_schema(mended["arrow_schema"])
            common = pa.schema([schema.field(name) for name in unpack_schema(reading["arrow_schema"]).names])
            told = [
                {**each, "arrow_schema": _reordered(each["arrow_schema"], common, reading["format"])}
                for each in reading["readings"]
            ]
            return {**reading, "arrow_schema": pack_schema(common), "readings": told}
        return None


def parts_of(file: BinaryIO, reading: Mapping[str, Any]) -> Iterator[tuple[str, BinaryIO, Mapping[str, Any]]]:
    """Each part by its path, as a file, with how it is read."""
    # Where the parts lie is not kept: the archive is written anew when the rows of a person go.
    by_path = {member.path: member for member in _members(file)}
    for path, own in zip(reading["paths"], reading["readings"], strict=True):
        if path not in by_path:
            raise unreadable("an archive of parts")
        yield path, _opened(file, by_path[path]), own


def _members(file: BinaryIO) -> list[Member]:
    try:
        found = members(file)
    except NoPlainArchive:
        raise UnsupportedFormat(
            "The file is a zip archive that is damaged or whose files are compressed, as those of a spreadsheet are. "
            "Send the parts of a table as several files, or make the archive without compression (zip -0).",
            code="dataset.unknown_format",
            field="file",
        ) from None
    if not found:
        raise Invalid("The archive holds no file.", code="dataset.empty", field="file")
    return found


def _opened(file: BinaryIO, member: Member) -> BinaryIO:
    return cast(BinaryIO, Slice(file, member.start, member.size))


def _format_of(file: BinaryIO, member: Member) -> str:
    part = _opened(file, member)
    head = part.read(_HEAD_BYTES)
    part.seek(max(member.size - 16, 0), os.SEEK_SET)
    tail = part.read(16)
    for key in _OF_PARTS:
        if head.strip() and table_formats.get(key)().recognises(head, tail):
            return key
    raise _other(member, "is empty or no table")


def _named(member: Member, look: Any) -> dict[str, Any]:
    """What ``look`` finds; its refusal names the part."""
    try:
        return cast(dict[str, Any], look())
    except Invalid as error:
        raise Invalid(f"Part {member.path[:200]!r}: {error.message}", code=error.code, field="file") from error


def _common(found: list[Member], schemas: list[pa.Schema], key: str) -> pa.Schema:
    """The columns of the first part with types that hold the values of all parts. Raises Invalid."""
    first = schemas[0]
    types = {field.name: field.type for field in first}
    for member, schema in zip(found[1:], schemas[1:], strict=True):
        odd = set(schema.names) ^ set(types)
        if odd and key != "jsonl":  # there a row leaves out what it does not have
            raise _other(member, f"has other columns than {found[0].path!r}: {min(odd)[:100]!r} stands in one of them")
        for field in schema:
            types[field.name] = _met(types.get(field.name, field.type), field, member, key)
    return pa.schema([pa.field(name, kind) for name, kind in types.items()])


def _met(before: pa.DataType, field: pa.Field[Any], member: Member, key: str) -> pa.DataType:
    if field.type == before or (key in _GUESSED and pa.types.is_null(field.type)):
        return before
    if key in _GUESSED and pa.types.is_null(before):
        return field.type
    if key == "csv":
        return _WIDER.get(frozenset({before, field.type}), pa.string())
    wider = _WIDER.get(frozenset({before, field.type})) if key in _GUESSED else None
    if wider is None:
        raise _other(member, f"holds {str(field.type)[:80]} in the column {field.name[:100]!r}, others {before}")
    return wider


def _reordered(packed: str, common: pa.Schema, key: str) -> str:
    """The columns as this part has them in order, with the common types; all of them where rows may leave some out."""
    if key == "jsonl":
        return pack_schema(common)
    return pack_schema(pa.schema([common.field(name) for name in unpack_schema(packed).names]))


def _other(member: Member, what: str) -> Invalid:
    return Invalid(
        f"The part {member.path[:200]!r} {what}. All parts are of one format and have the same columns; mend it and "
        "send them again.",
        code="dataset.parts_differ",
        field="file",
    )
