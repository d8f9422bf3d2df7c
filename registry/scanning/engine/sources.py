"""Reading: at any place of a file or a part of it, or forward through a stream whose end nobody knows yet."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from . import limits
from .verdict import Ends, Held


class Source:
    """Bytes that can be read at any place."""

    size: int

    def at(self, start: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``start``; fewer only at the end."""
        raise NotImplementedError

    def exactly(self, start: int, count: int) -> bytes:
        """Raises Held where there are fewer."""
        data = self.at(start, count)
        if len(data) != count:
            raise Ends("The file ends in the middle of something.", start)
        return data

    def pieces(self) -> Iterator[bytes]:
        """All of it, in pieces of a MiB."""
        place = 0
        while place < self.size:
            piece = self.at(place, min(limits.PIECE, self.size - place))
            if not piece:
                raise Held("The file is shorter than it was.", place)
            place += len(piece)
            yield piece


class FileSource(Source):
    """A seekable file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def at(self, start: int, count: int) -> bytes:
        self._file.seek(start)
        parts = []
        while count > 0 and (part := self._file.read(count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


class Window(Source):
    """A part of another source."""

    def __init__(self, source: Source, start: int, size: int) -> None:
        self._source, self._start, self.size = source, start, size

    def at(self, start: int, count: int) -> bytes:
        return self._source.at(self._start + start, max(0, min(count, self.size - start)))


class Memory(Source):
    """Bytes that are here already."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def at(self, start: int, count: int) -> bytes:
        return self._data[start : start + count]


class Stream:
    """Bytes read forward, once. ``pos`` counts from the beginning of the part that is looked at."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece, self._place = b"", 0
        self.pos = 0

    def _more(self) -> bool:
        """Whether there is another byte; gets the next piece when this one is used up."""
        while self._place == len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._piece, self._place = piece, 0
        return True

    @property
    def ended(self) -> bool:
        return not self._more()

    def byte(self) -> int:
        """The next byte."""
        if self._place == len(self._piece) and not self._more():
            raise Ends("The file ends before what it began.", self.pos)
        found = self._piece[self._place]
        self._place += 1
        self.pos += 1
        return found

    def read(self, count: int) -> bytes:
        """Exactly ``count`` bytes, which the caller has bounded."""
        piece = self._piece[self._place : self._place + count]
        self._place += len(piece)
        if len(piece) < count:
            parts, missing = [piece], count - len(piece)
            while missing:
                if not self._more():
                    raise Ends("The file ends before what it began.", self.pos)
                part = self._piece[self._place : self._place + missing]
                self._place += len(part)
                missing -= len(part)
                parts.append(part)
            piece = b"".join(parts)
        self.pos += count
        return piece

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes, however many."""
        left = count
        while left:
            if not self._more():
                raise Ends("The file ends before what it began.", self.pos)
            step = min(left, len(self._piece) - self._place)
            self._place += step
            left -= step
        self.pos += count

    def line(self) -> bytes:
        """Up to the next line feed, which is passed over."""
        start, parts, size = self.pos, [], 0
        while self._more():
            end = self._piece.find(b"\n", self._place)
            part = self._piece[self._place : end if end >= 0 else len(self._piece)]
            self._place += len(part) + (end >= 0)
            size += len(part)
            parts.append(part)
            if size > limits.LINE:
                raise Held("A line of the pickle has no end.", start)
            if end >= 0:
                self.pos += size + 1
                return b"".join(parts)
        raise Ends("The file ends before what it began.", start)


def stream_of(source: Source, start: int = 0) -> Stream:
    """The source read forward from ``start``; positions count from its beginning."""
    stream = Stream(Window(source, start, source.size - start).pieces())
    stream.pos = start
    return stream
