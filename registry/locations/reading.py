"""A file in a bucket as a seekable reader: ranges are asked for as they are needed."""

import io
import os
from collections.abc import Callable

# What is read in order is asked for in pieces of this size; a jump asks for little, because it is often the only one.
READ_AHEAD_BYTES = 4 << 20
FIRST_BYTES = 64 << 10

Fetch = Callable[[int, int], bytes]


class RangedReader(io.RawIOBase):
    """``fetch(start, end)`` gives the bytes of a range; at most one piece is held in memory."""

    def __init__(self, fetch: Fetch, size: int, offset: int = 0) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._position = offset
        self._start = self._end = 0
        self._piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("A position before the beginning of the file.")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(self._size - self._position, 0))
        if not wanted:
            return 0
        if not self._start <= self._position < self._end:
            in_order = self._position == self._end and self._end > 0
            length = max(wanted, READ_AHEAD_BYTES if in_order else FIRST_BYTES)
            end = min(self._position + length, self._size)
            self._piece = self._fetch(self._position, end)
            self._start, self._end = self._position, self._position + len(self._piece)
            if not self._piece:
                raise EOFError("The store gave fewer bytes than it announced.")
        offset = self._position - self._start
        step = min(wanted, self._end - self._position)
        view[:step] = self._piece[offset : offset + step]
        self._position += step
        return step

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; fewer only at the end of the file."""
        left = max(self._size - self._position, 0)
        out = bytearray(left if size is None or size < 0 else min(size, left))
        filled = 0
        with memoryview(out) as view:
            while filled < len(out):
                filled += self.readinto(view[filled:])
        return bytes(out)

    def close(self) -> None:
        self._piece = b""
        super().close()
