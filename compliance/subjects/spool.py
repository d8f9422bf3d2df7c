"""Rows kept compressed in memory until each format of the bundle reads them again; nothing touches a disk."""

import json
import zlib
from collections.abc import Iterator, Mapping

Json = str | int | float | bool | None


class Spool:
    """Rows of one section as compressed lines of JSON. Written once, then read as often as wanted."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(level=1)
        self._chunks: list[bytes] = []
        self._closed = False
        self.count = 0

    def append(self, row: Mapping[str, Json]) -> None:
        """Add a row; refused once reading has begun."""
        if self._closed:
            raise RuntimeError("The spool is read already; no row can be added.")
        line = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
        if chunk := self._deflate.compress(line.encode()):
            self._chunks.append(chunk)
        self.count += 1

    def __iter__(self) -> Iterator[dict[str, Json]]:
        if not self._closed:
            self._chunks.append(self._deflate.flush())
            self._closed = True
        inflate = zlib.decompressobj()
        rest = b""
        for chunk in self._chunks:
            *lines, rest = (rest + inflate.decompress(chunk)).split(b"\n")
            for line in lines:
                yield json.loads(line)
