"""Text with a row a line. A row of CSV may hold line breaks between quotation marks; an empty line is none."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from modelops.lib.errors import Conflict

if TYPE_CHECKING:
    from . import Masks, Write

_PIECE: Final = 8 << 20
_LINE: Final = 0x0A
_QUOTE: Final = 0x22


def cut_lines(file: BinaryIO, reading: Mapping[str, Any], masks: "Masks", write: "Write") -> None:
    """JSON Lines: a line is a row."""
    rows = _Rows(masks())
    for block in _whole_lines(file):
        _pass_on(block, _ends(block), rows, write)
    rows.check()


def cut_delimited(file: BinaryIO, reading: Mapping[str, Any], masks: "Masks", write: "Write") -> None:
    """CSV: the first row that is not empty is the header."""
    if not _is_plain(file, reading["encoding"]):
        _cut_records(file, reading, masks, write)
        return
    rows = _Rows(masks())
    header = 1
    for block in _whole_lines(file):
        header = _pass_on(block, _ends(block), rows, write, header)
    rows.check()


class _Rows:
    """Whether each row in turn is to go."""

    def __init__(self, masks: Iterator[NDArray[np.bool_]]) -> None:
        self._masks = masks
        self._waiting: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)

    def take(self, count: int) -> NDArray[np.bool_]:
        """What is to be done with the next ``count`` rows."""
        pieces = [self._waiting]
        there = len(self._waiting)
        while there < count:
            piece = next(self._masks, None)
            if piece is None:
                raise _other_rows()
            pieces.append(piece)
            there += len(piece)
        found = np.concatenate(pieces)
        self._waiting = found[count:]
        return found[:count]

    def check(self) -> None:
        """Raise unless there was a row for each that was asked for."""
        if len(self._waiting) or next((piece for piece in self._masks if len(piece)), None) is not None:
            raise _other_rows()


def _other_rows() -> Conflict:
    return Conflict(
        "The rows of the file could not be told apart in the same way twice, so none was taken out. Upload the table "
        "as Parquet without the rows, and delete this version.",
        code="rows.unclear",
    )


def _is_plain(file: BinaryIO, encoding: str) -> bool:
    """Whether bytes show where a row ends: one byte a sign, quotation marks around whole cells, no bare returns."""
    if encoding == "utf-16":
        return False
    file.seek(0)
    before = b"\n"
    while piece := file.read(_PIECE):
        found = np.frombuffer(before + piece, dtype=np.uint8)
        if np.any((found[:-1] == 0x0D) & (found[1:] != _LINE)) or np.any(found == _QUOTE):
            return False
        before = piece[-1:]
    return before != b"\r"


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """The file in blocks that end where a line does."""
    file.seek(0)
    rest = b""
    while piece := file.read(_PIECE):
        block, newline, rest_after = (rest + piece).rpartition(b"\n")
        if newline:
            yield block + newline
        rest = rest_after if newline else rest + piece
    if rest:
        yield rest


def _ends(block: bytes) -> NDArray[np.int64]:
    """Where each line of the block ends, behind its line break."""
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _LINE) + 1
    return ends if block.endswith(b"\n") else np.append(ends, len(block))


def _pass_on(block: bytes, ends: NDArray[np.int64], rows: _Rows, write: "Write", header: int = 0) -> int:
    """Write the lines of the block that stay; returns how many header lines are still to come."""
    starts = np.concatenate([[0], ends[:-1]])
    is_row = np.ones(len(ends), dtype=np.bool_)
    for place in np.flatnonzero(ends - starts <= 2):
        # A line break alone is no row for the reader either.
        is_row[place] = bool(block[starts[place] : ends[place]].strip(b"\r\n"))
    places = np.flatnonzero(is_row)
    data = places[header:]
    going = data[rows.take(len(data))]
    at = 0
    for place in going:
        write(block[at : starts[place]])
        at = int(ends[place])
    write(block[at:])
    return max(header - len(places), 0)


def _cut_records(file: BinaryIO, reading: Mapping[str, Any], masks: "Masks", write: "Write") -> None:
    """The long way, for quotation marks, bare returns and UTF-16: a parser tells which lines make a row."""
    rows = _Rows(masks())
    encoding = str(reading["encoding"])
    file.seek(0)
    head = file.read(4)
    exact = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"}
    file.seek(0)
    # ``newline=""`` keeps line ends as they are; the mark of the encoding stays before the header.
    lines = _Remembered(io.TextIOWrapper(file, encoding=exact.get(encoding, encoding), newline=""))
    csv.field_size_limit(1 << 30)
    header = True
    for record in csv.reader(lines, delimiter=str(reading["delimiter"])):
        raw = lines.taken()
        goes = False
        if record and raw.strip("\ufeff\r\n"):
            goes = not header and bool(rows.take(1)[0])
            header = False
        if not goes:
            write(raw.encode(exact.get(encoding, encoding)))
    write(lines.taken().encode(exact.get(encoding, encoding)))
    lines.release()
    rows.check()


class _Remembered:
    """Lines on their way to a parser, which are asked for again once it has made a record of them."""

    def __init__(self, source: io.TextIOWrapper) -> None:
        self._source = source
        self._lines: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._source:
            self._lines.append(line)
            yield line

    def taken(self) -> str:
        """The lines since the last time."""
        text = "".join(self._lines)
        self._lines.clear()
        return text

    def release(self) -> None:
        """Leave the file open for its owner."""
        self._source.detach()
