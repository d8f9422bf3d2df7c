"""CSV and its relatives: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from modelops.lib.errors import Invalid

from .base import BLOCK_BYTES, TableFormat, check_names, pack_schema, table_formats, unpack_schema, unreadable
from .cell_types import widened

_HEAD_BYTES = 256 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_IN_COLUMN = re.compile(r"In CSV column #(\d+)")
_LINE_FEED = ord("\n")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@table_formats.register("csv")
class Delimited(TableFormat):
    """Text with one row a line. The types are found over the whole file, not over its first rows."""

    label = "CSV"

    def recognises(self, head: bytes, tail: bytes) -> bool:
        if head.startswith(_WIDE):
            return True
        # Text holds no control characters besides white space; markup and a JSON array are text but no table.
        if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
            return False
        return not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"<", b"[", b"{"))

    def inspect(self, file: BinaryIO) -> dict[str, Any]:
        reading, names = _look(file, _encoding(file))
        return self._typed(file, reading, names, None)

    def glimpse(self, file: BinaryIO) -> dict[str, Any] | None:
        """The types of the first block: what reading takes for one of them, the look over all cells does too.

        So with its encoding: reading refuses what is not UTF-8, in a text as in a number.
        """
        file.seek(0)
        head = file.read(2 * BLOCK_BYTES)  # the second holds the rest of the last row
        if not _begins_in_utf_8(head):
            return None  # its blocks are not those of the file
        reading, names = _look(file, "utf-8")
        try:
            return self._typed(pa.BufferReader(head), reading, names, 1)
        except Invalid:
            return None

    def expect(self, file: BinaryIO) -> tuple[dict[str, Any], int] | None:
        """As many rows as lines below the header: more where a cell holds a line break, or a line nothing."""
        reading = self.glimpse(file)
        # Of a column that begins empty nothing is known yet.
        if reading is None or pa.null() in unpack_schema(reading["arrow_schema"]).types:
            return None
        return reading, _lines(file) - 1

    def _typed(
        self, file: BinaryIO | pa.NativeFile, reading: dict[str, Any], names: list[str], blocks: int | None
    ) -> dict[str, Any]:
        """``reading`` with the types of all cells, or of those in the first ``blocks``."""
        types = {name: pa.null() for name in names}
        texts = pa.schema([(name, pa.string()) for name in names])
        for batch in islice(self.batches(file, {**reading, "arrow_schema": pack_schema(texts)}), blocks):
            for name, column in zip(names, batch.columns, strict=True):
                types[name] = widened(types[name], column)
        return {**reading, "arrow_schema": pack_schema(pa.schema(types.items()))}

    def batches(
        self, file: BinaryIO | pa.NativeFile, reading: Mapping[str, Any], columns: list[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        reader = _reader(file, reading, columns)
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                return
            except pa.ArrowInvalid as error:
                raise _refusal(error) from error
            yield batch

    def repaired(self, reading: Mapping[str, Any], refusal: Invalid) -> dict[str, Any] | None:
        """A column whose cells look like a type and do not convert to it after all is read as text."""
        place = _IN_COLUMN.search(str(refusal.__cause__))
        schema = unpack_schema(reading["arrow_schema"])
        if place is None or schema.field(int(place[1])).type == pa.string():
            return None
        index = int(place[1])
        schema = schema.set(index, pa.field(schema.names[index], pa.string()))
        return {**reading, "arrow_schema": pack_schema(schema)}


def _look(file: BinaryIO, encoding: str) -> tuple[dict[str, Any], list[str]]:
    """How the text is parted, and the names of its columns. Raises Invalid."""
    delimiter, names = _header(file, encoding)
    check_names(names)
    return {"encoding": encoding, "delimiter": delimiter}, names


def _reader(
    file: BinaryIO | pa.NativeFile, reading: Mapping[str, Any], columns: list[str] | None
) -> pc.CSVStreamingReader:
    schema = unpack_schema(reading["arrow_schema"])
    file.seek(0)
    try:
        return pc.open_csv(
            file if isinstance(file, pa.NativeFile) else pa.PythonFile(file, mode="r"),
            read_options=pc.ReadOptions(encoding=reading["encoding"], block_size=BLOCK_BYTES, use_threads=False),
            parse_options=pc.ParseOptions(delimiter=reading["delimiter"], newlines_in_values=True),
            convert_options=pc.ConvertOptions(
                column_types={field.name: field.type for field in schema},
                include_columns=columns or [],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _refusal(error) from error
    except UnicodeDecodeError:
        raise unreadable("text") from None


def _refusal(error: pa.ArrowInvalid) -> Invalid:
    """Arrow's message quotes the row; ours names the place only, because rows may hold personal data."""
    text = str(error)
    ragged = re.search(r"(?:Row #(\d+): )?Expected (\d+) columns, got (\d+)", text)
    if ragged:
        row, expected, found = ragged.groups()
        place = f"Row {row}" if row else "A row"
        return Invalid(
            f"{place} has {found} cells where the header names {expected} columns. Quote cells that hold the "
            "delimiter, or fill up short rows, then upload again.",
            code="dataset.ragged_rows",
            field="file",
        )
    if "straddl" in text:
        return Invalid(
            f"A row is longer than {BLOCK_BYTES:,} bytes. Is a quotation mark left open?",
            code="dataset.row_too_long",
            field="file",
        )
    if "Empty CSV file" in text:
        return Invalid("The file holds no row.", code="dataset.empty", field="file")
    return unreadable("CSV")


def _lines(file: BinaryIO) -> int:
    """How many lines the file has, whether or not the last one is ended."""
    lines, last = 0, _LINE_FEED
    file.seek(0)
    while piece := file.read(_HEAD_BYTES):
        lines += int(np.count_nonzero(np.frombuffer(piece, dtype=np.uint8) == _LINE_FEED))
        last = piece[-1]
    return lines + (last != _LINE_FEED)


def _begins_in_utf_8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not head.startswith(_WIDE)


def _encoding(file: BinaryIO) -> str:
    """UTF-8 with or without a mark is one: Arrow passes over the mark by itself, and need not be given other text."""
    file.seek(0)
    head = file.read(4)
    if head.startswith(_WIDE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(BLOCK_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if head.startswith(codecs.BOM_UTF8):
            raise unreadable("text") from None
        return "cp1252" if _decodes(file, "cp1252") else "latin-1"
    return "utf-8"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    try:
        while piece := file.read(BLOCK_BYTES):
            piece.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _header(file: BinaryIO, encoding: str) -> tuple[str, list[str]]:
    """The delimiter and the names: the delimiter that parts all first rows alike, into as many cells as possible."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if len(head) == _HEAD_BYTES and len(lines) > 1:
        lines.pop()  # It may be cut.
    best: tuple[tuple[bool, int], str, list[str]] | None = None
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines[:200], delimiter=delimiter) if row]
        except csv.Error:
            continue
        if not rows:
            continue
        is_even = len(rows[0]) > 1 and len({len(row) for row in rows}) == 1
        rank = (is_even, len(rows[0]))
        if best is None or rank > best[0]:
            best = (rank, delimiter, rows[0])
    if best is None:
        raise Invalid("The file holds no row.", code="dataset.empty", field="file")
    return best[1], best[2]
