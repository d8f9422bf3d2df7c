"""Compressed streams, as joblib writes them: unpacked piece by piece, one stream up to the last byte of the file."""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

from . import limits
from .sources import Source
from .verdict import Held

_LZMA_MEMORY = 128 * limits.MIB


class Budget:
    """How much one file may unpack to, in all its parts together."""

    def __init__(self, packed: int) -> None:
        self._most = min(limits.UNPACKED, max(limits.FREE_UNPACKED, limits.RATIO * packed))
        self._used = 0

    def take(self, count: int) -> None:
        """Raises Held when it is used up."""
        self._used += count
        if self._used > self._most:
            raise Held(f"The file unpacks to more than {self._most:,} bytes.")


def compressor_of(head: bytes) -> str | None:
    """The name of the compression that a stream begins with."""
    for name, beginning in (
        ("gzip", b"\x1f\x8b"), ("bzip2", b"BZh"), ("xz", b"\xfd7zXZ\x00"), ("lz4", b"\x04\x22\x4d\x18"),
        ("zstd", b"\x28\xb5\x2f\xfd"), ("lzop", b"\x89LZO\x00"), ("7z", b"7z\xbc\xaf\x27\x1c"),
    ):  # fmt: skip
        if head.startswith(beginning):
            return name
    if len(head) >= 13 and head[0] == 0x5D and head[1:3] == b"\x00\x00":
        return "lzma"
    if len(head) >= 2 and head[0] == 0x78 and int.from_bytes(head[:2], "big") % 31 == 0:
        return "zlib"
    return None


def unpacked(source: Source, name: str, budget: Budget) -> Iterator[bytes]:
    """The plain bytes. Raises Held for what cannot be unpacked here, is damaged, or goes on behind its end."""
    if name not in {"gzip", "zlib", "bzip2", "xz", "lzma"}:
        raise Held(f"The file is compressed with {name}, which is not unpacked here. Save it uncompressed.")
    try:
        yield from _pieces(source, _decompressor(name), budget)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError):
        raise Held(f"The {name} stream is damaged.") from None


def _decompressor(name: str) -> Any:
    if name in {"gzip", "zlib"}:
        return zlib.decompressobj(31 if name == "gzip" else 15)
    if name == "bzip2":
        return bz2.BZ2Decompressor()
    kind = lzma.FORMAT_XZ if name == "xz" else lzma.FORMAT_ALONE
    return lzma.LZMADecompressor(kind, memlimit=_LZMA_MEMORY)


def _pieces(source: Source, decompressor: Any, budget: Budget) -> Iterator[bytes]:
    is_zlib = hasattr(decompressor, "unconsumed_tail")
    place = 0
    for packed in source.pieces():
        if decompressor.eof:
            raise Held("Something stands behind the end of the compressed stream.", place)
        waiting = packed
        while True:
            piece = decompressor.decompress(waiting, limits.PIECE)
            budget.take(len(piece))
            if piece:
                yield piece
            waiting = decompressor.unconsumed_tail if is_zlib else b""
            if decompressor.eof or not (waiting or piece):
                break
        place += len(packed)
        if decompressor.eof and decompressor.unused_data:
            raise Held("Something stands behind the end of the compressed stream.", place)
    if not decompressor.eof:
        raise Held("The compressed stream is cut off.", place)


def inflated(source: Source, budget: Budget) -> Iterator[bytes]:
    """The plain bytes of a deflated member of a zip archive."""
    try:
        yield from _pieces(source, zlib.decompressobj(-15), budget)
    except zlib.error:
        raise Held("A member of the archive is damaged.") from None
