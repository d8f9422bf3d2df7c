"""Where the members of a zip archive lie, as files of their own; nothing is unpacked."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final

_LOCAL: Final = struct.Struct("<4s22xHH")
MAGIC: Final = b"PK\x03\x04"
MOST_MEMBERS: Final = 10_000


class NoPlainArchive(ValueError):
    """The archive is damaged, or its members are compressed or encrypted."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive: its path, and where its bytes stand."""

    path: str
    start: int
    size: int


def members(file: BinaryIO) -> list[Member]:
    """The files of an uncompressed archive in their order; folders and hidden files are left out.

    Raises NoPlainArchive.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        raise NoPlainArchive from None
    end = file.seek(0, os.SEEK_END)
    found = []
    for entry in listed:
        name = entry.filename.rsplit("/", 1)[-1]
        if entry.is_dir() or not name or name.startswith((".", "_")):  # as _SUCCESS, which Spark leaves beside parts
            continue
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 0x1 or len(found) >= MOST_MEMBERS:
            raise NoPlainArchive
        file.seek(entry.header_offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size:
            raise NoPlainArchive
        magic, name_length, extra_length = _LOCAL.unpack(head)
        start = entry.header_offset + _LOCAL.size + name_length + extra_length
        if magic != MAGIC or start + entry.file_size > end:
            raise NoPlainArchive
        found.append(Member(entry.filename, start, entry.file_size))
    return found


class Slice(io.RawIOBase):
    """A stretch of a seekable file as a file of its own, to read."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._place = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        place = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence] + offset
        if place < 0:
            raise ValueError("A position before the beginning of the file.")
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._place)
        wanted = left if size is None or size < 0 else min(size, left)
        self._file.seek(self._start + self._place)
        data = self._file.read(wanted)
        self._place += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)
