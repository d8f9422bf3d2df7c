"""The messages of an Arrow stream, looked at before Arrow reads them: how many rows they claim, and how many bytes
their compressed buffers claim to unpack to. Arrow itself believes both.

The layout is that of the Arrow columnar format, "Encapsulated message format" and Message.fbs (Apache Arrow 1.0).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

_CONTINUES: Final = 0xFFFFFFFF
_DICTIONARY, _ROWS = 2, 3  # of MessageHeader
MOST_METADATA: Final = 64 * 1024 * 1024


class Malformed(ValueError):
    """The bytes are no stream of messages."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one message says of itself: rows, and bytes when everything in it is unpacked."""

    rows: int
    unpacked: int
    is_dictionary: bool


def claims(file: BinaryIO, start: int) -> Iterator[Claim]:
    """What the messages from ``start`` on say, up to the mark of the end. Raises Malformed."""
    size = file.seek(0, os.SEEK_END)
    place = start
    while place + 8 <= size:
        file.seek(place)
        mark, length = struct.unpack("<Ii", file.read(8))
        if mark != _CONTINUES or not 0 <= length <= min(MOST_METADATA, size - place):
            raise Malformed
        if not length:
            return
        message = _Flat(file.read(length))
        root = message.root()
        body = place + 8 + length
        body_length = message.long(root, 3)
        if not 0 <= body_length <= size - body:
            raise Malformed
        kind = message.byte(root, 1)
        if kind in (_DICTIONARY, _ROWS):
            header = message.table(root, 2)
            yield _claim(message, message.table(header, 1) if kind == _DICTIONARY else header, file, body, kind)
        place = body + body_length


def _claim(message: _Flat, batch: int, file: BinaryIO, body: int, kind: int) -> Claim:
    is_packed = message.field(batch, 3) != 0
    unpacked = 0
    for offset, length in message.buffers(batch, 2):
        if offset < 0 or length < 0:
            raise Malformed
        said = length
        if is_packed and length >= 8:
            file.seek(body + offset)
            said = int.from_bytes(file.read(8), "little", signed=True)
            said = length if said < 0 else said  # -1: this buffer is not compressed
        unpacked += said
    rows = message.long(batch, 0)
    if rows < 0:
        raise Malformed
    return Claim(rows, unpacked, kind == _DICTIONARY)


class _Flat:
    """As much of a FlatBuffer as it takes: tables by the number of a field, and a vector of pairs."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def root(self) -> int:
        """Where the root table stands."""
        return int(self._at("<I", 0))

    def field(self, table: int, number: int) -> int:
        """Where a field of a table stands, 0 where the table leaves it out."""
        shape = table - self._at("<i", table)
        if 4 + 2 * number + 2 > self._at("<H", shape):
            return 0
        offset = self._at("<H", shape + 4 + 2 * number)
        return table + offset if offset else 0

    def table(self, table: int, number: int) -> int:
        """Where the table in a field stands."""
        place = self.field(table, number)
        if not place:
            raise Malformed
        return place + self._at("<I", place)

    def long(self, table: int, number: int) -> int:
        """A 64-bit number, 0 without one."""
        place = self.field(table, number)
        return self._at("<q", place) if place else 0

    def byte(self, table: int, number: int) -> int:
        """A small number, 0 without one."""
        place = self.field(table, number)
        return self._at("<B", place) if place else 0

    def buffers(self, table: int, number: int) -> Iterator[tuple[int, int]]:
        """A vector of pairs of 64-bit numbers."""
        if not self.field(table, number):
            return
        place = self.table(table, number)
        count = self._at("<I", place)
        if count * 16 > len(self._data):
            raise Malformed
        for index in range(count):
            at = place + 4 + 16 * index
            yield self._at("<q", at), self._at("<q", at + 8)

    def _at(self, form: str, place: int) -> int:
        if place < 0:
            raise Malformed
        try:
            return int(struct.unpack_from(form, self._data, place)[0])
        except struct.error:
            raise Malformed from None
