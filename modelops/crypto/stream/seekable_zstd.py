"""Compression that keeps random access: independent zstd frames of 1 MiB, and a table of them at the end.

The layout is the public "zstd seekable format", version 0.1.0 (facebook/zstd, contrib/seekable_format): any zstd
reads it from the beginning, and with the table each frame can be read alone.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from modelops.crypto.errors import DecryptionFailed
from modelops.lib.late import late

from .segments import Segments

pa = late("pyarrow")
FRAME_BYTES = 1 << 20
LEVEL = 3
_SKIPPABLE, _SEEKABLE = 0x184D2A5E, 0x8F92EAB1
_HEAD, _ENTRY, _FOOT = struct.Struct("<II"), struct.Struct("<II"), struct.Struct("<IBI")
# Larger frames are never written here; the limit keeps what one frame takes in memory small.
_LARGEST_FRAME = 1 << 24


class Compressor:
    """Takes plaintext in any pieces and gives frames; `finish` gives the rest and the table."""

    def __init__(self, level: int = LEVEL) -> None:
        self._codec = pa.Codec("zstd", compression_level=level)
        self._waiting = bytearray()
        self._table = bytearray()

    def write(self, data: memoryview) -> Iterator[bytes]:
        """The frames that ``data`` completes."""
        taken = 0
        while len(self._waiting) + len(data) - taken >= FRAME_BYTES:
            step = FRAME_BYTES - len(self._waiting)
            if self._waiting:
                self._waiting += data[taken : taken + step]
                yield self._frame(self._waiting)
                self._waiting = bytearray()
            else:
                yield self._frame(data[taken : taken + step])
            taken += step
        self._waiting += data[taken:]

    def finish(self) -> Iterator[bytes]:
        """The last frame, if anything waits for one, and the table."""
        if self._waiting:
            yield self._frame(self._waiting)
        frames = len(self._table) // _ENTRY.size
        yield _HEAD.pack(_SKIPPABLE, len(self._table) + _FOOT.size)
        yield bytes(self._table) + _FOOT.pack(frames, 0, _SEEKABLE)

    def _frame(self, plain: bytearray | memoryview) -> bytes:
        frame: bytes = self._codec.compress(pa.py_buffer(plain), asbytes=True)
        self._table += _ENTRY.pack(len(frame), len(plain))
        return frame


class Frames:
    """Random access to the plaintext below a `Compressor`. Opening reads the table. Raises DecryptionFailed."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments
        self._codec = pa.Codec("zstd")
        self._kept: tuple[int, bytes] = (-1, b"")
        end = segments.size
        if end < _HEAD.size + _FOOT.size:
            raise _no_table()
        count, descriptor, magic = _FOOT.unpack(segments.read(end - _FOOT.size, end))
        begin = end - _FOOT.size - count * _ENTRY.size - _HEAD.size
        if magic != _SEEKABLE or descriptor != 0 or begin < 0:
            raise _no_table()
        table = segments.read(begin, end - _FOOT.size)
        if _HEAD.unpack_from(table) != (_SKIPPABLE, end - begin - _HEAD.size):
            raise _no_table()
        sizes = list(_ENTRY.iter_unpack(table[_HEAD.size :]))
        self._stored = [0, *accumulate(stored for stored, _ in sizes)]
        self._plain = [0, *accumulate(plain for _, plain in sizes)]
        if self._stored[-1] != begin or any(not 0 < plain <= _LARGEST_FRAME for _, plain in sizes):
            raise _no_table()
        self.size = self._plain[-1]

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """The plaintext from ``start`` up to ``stop``, which lies within the size, frame by frame."""
        while start < stop:
            index = bisect_right(self._plain, start) - 1
            frame, offset = self._frame(index), start - self._plain[index]
            piece = frame[offset : offset + stop - start] if offset or len(frame) > stop - start else frame
            start += len(piece)
            yield piece

    def close(self) -> None:
        """Close the file below."""
        self._kept = (-1, b"")
        self._segments.close()

    def _frame(self, index: int) -> bytes:
        if self._kept[0] != index:
            size = self._plain[index + 1] - self._plain[index]
            packed = self._segments.read(self._stored[index], self._stored[index + 1])
            try:
                plain: bytes = self._codec.decompress(packed, size, asbytes=True)
            except (pa.ArrowException, OSError, ValueError):
                raise _no_table() from None
            if len(plain) != size:
                raise _no_table()
            self._kept = (index, plain)
        return self._kept[1]


def _no_table() -> DecryptionFailed:
    # What lies below is authenticated, so this is a fault of whoever wrote the file; it is refused all the same.
    return DecryptionFailed("The sealed data was not compressed as its header says.")
