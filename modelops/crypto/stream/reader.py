"""Reading a sealed file as if it were the plaintext."""

import io
import os
from collections.abc import Iterator
from typing import BinaryIO

from .header import Codec
from .seekable_zstd import Frames
from .segments import Segments

Content = Segments | Frames


def content_of(segments: Segments) -> Content:
    """Where the plaintext lies by the header: in the segments themselves, or in what they hold compressed."""
    return Frames(segments) if segments.header.codec is Codec.ZSTD else segments


class SealedReader(io.RawIOBase):
    """The plaintext of a sealed file as a seekable binary file; each segment is checked before a byte of it is given.

    Opening checks the key commitment, the size and the last segment, so that a wrong key, a truncated or an extended
    file is refused before anything is read. Raises DecryptionFailed. Closing it closes ``raw``.
    """

    def __init__(self, raw: BinaryIO, *, data_key: bytes, context: bytes, check_last: bool = True) -> None:
        super().__init__()
        self.segments = Segments(raw, data_key=data_key, context=context, check_last=check_last)
        self.header = self.segments.header
        self._content = content_of(self.segments)
        self.size = self._content.size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("A position before the beginning of the file.")
        self._position = base + offset
        return self._position

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``stop`` (default: the end) in the pieces they lie in: nothing is copied."""
        if self.closed:
            raise ValueError("The file is closed.")
        # A generator of its own, so that the reader lives, and stays open, as long as its pieces are asked for.
        yield from self._content.pieces(start, self.size if stop is None else min(stop, self.size))

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        filled = 0
        for piece in self.pieces(self._position, self._position + len(view)):
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
        self._position += filled
        return filled

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; fewer only at the end of the file (unlike a raw file, never a short read before it)."""
        stop = self.size if size is None or size < 0 else self._position + size
        pieces = list(self.pieces(self._position, stop))
        found = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._position += len(found)
        return found

    def close(self) -> None:
        if not self.closed:
            self._content.close()
        super().close()
