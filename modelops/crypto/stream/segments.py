"""The segments of a sealed file, each checked before a byte of it is given."""

import hmac
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag

from modelops.crypto.errors import DecryptionFailed

from .header import HEADER_BYTES, TAG_BYTES, Header, derive, nonce


class DamagedSegment(DecryptionFailed):
    """One segment does not open; ``index`` counts from 0."""

    def __init__(self, index: int) -> None:
        super().__init__(f"Segment {index} of the sealed data does not open. The data is damaged or not from here.")
        self.index = index


class Segments:
    """Random access to what was sealed, before any codec. Opening checks the commitment of the key and the length.

    With ``check_last`` the last segment is opened at once, so that a file that was cut at a border of segments is
    refused before anything is read. Raises DecryptionFailed.
    """

    def __init__(self, raw: BinaryIO, *, data_key: bytes, context: bytes, check_last: bool = True) -> None:
        self._raw = raw
        raw.seek(0)
        head = bytearray(HEADER_BYTES)
        self.header = Header.unpack(bytes(head[: _fill(raw, memoryview(head))]))
        self._cipher, self._prefix, commitment = derive(data_key, self.header, context)
        if not hmac.compare_digest(commitment, self.header.commitment):
            raise DecryptionFailed
        self.segment_bytes = self.header.segment_bytes
        self._full = self.segment_bytes + TAG_BYTES
        self.stored_bytes = raw.seek(0, os.SEEK_END)
        self.last, rest = divmod(self.stored_bytes - HEADER_BYTES, self._full)
        if rest < TAG_BYTES:
            raise DecryptionFailed("The sealed data is truncated.")
        self.size = self.last * self.segment_bytes + rest - TAG_BYTES
        self._sealed = bytearray(min(self._full, self.stored_bytes))
        self._at: int | None = None
        self._kept: tuple[int, bytes] = (-1, b"")
        if check_last:
            self.segment(self.last)

    def segment(self, index: int) -> bytes:
        """The plaintext of one segment; the latest is kept. Raises DamagedSegment."""
        if self._kept[0] != index:
            self._kept = (index, self._open(index))
        return self._kept[1]

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` up to ``stop``, which lies within the size."""
        return b"".join(self.pieces(start, stop))

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """The same, segment by segment; a whole segment is given as it was opened, without a copy."""
        while start < stop:
            index, offset = divmod(start, self.segment_bytes)
            segment = self.segment(index)
            piece = segment[offset : offset + stop - start] if offset or len(segment) > stop - start else segment
            start += len(piece)
            yield piece

    def close(self) -> None:
        """Close the file below and drop what is in memory."""
        self._kept = (-1, b"")
        self._raw.close()

    def _open(self, index: int) -> bytes:
        if self._at != index:
            self._raw.seek(HEADER_BYTES + index * self._full)
        self._at = None  # unknown until the read has succeeded
        with memoryview(self._sealed) as buffer:
            filled = _fill(self._raw, buffer[: self._full])
            try:
                plain = self._cipher.decrypt(nonce(self._prefix, index, index == self.last), buffer[:filled], None)
            except InvalidTag:
                raise DamagedSegment(index) from None
        self._at = index + 1
        return plain


def _fill(raw: BinaryIO, buffer: memoryview) -> int:
    """Read until ``buffer`` is full or the file ends; stores may give less than they are asked for."""
    reader: Any = raw
    filled = 0
    while filled < len(buffer):
        step = reader.readinto(buffer[filled:])
        if not step:
            break
        filled += step
    return filled
