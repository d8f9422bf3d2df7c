"""The tree as it is stored: leaves in a table of their own, and 256 hashes a tile above them (C2SP tlog-tiles)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from .tree import node_hash

WIDTH: Final = 256
_BITS: Final = 8


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes whose number is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


class StoredTree:
    """The nodes of the stored tree; call it as `tree.Nodes`. What was read is kept: make one for each use."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        tile_level, above = divmod(level, _BITS)
        first = index << above
        hashes = self.hashes(tile_level, first >> _BITS)
        start = first % WIDTH
        found = hashes[start : start + (1 << above)]
        if len(found) < 1 << above:
            raise LookupError(f"The stored tree has no node {index} at level {level}.")
        return fold(found)

    def hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of one tile; fewer than 256 at the right edge of the tree."""
        if (level, index) not in self._read:
            self._read[level, index] = self._stored(level, index) or self._edge(level, index)
        return self._read[level, index]

    def _stored(self, level: int, index: int) -> list[bytes]:
        self._cursor.execute("SELECT hashes FROM audit_sealing_tile WHERE level = %s AND index = %s", [level, index])
        row = self._cursor.fetchone()
        data = bytes(row[0]) if row else b""
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def _edge(self, level: int, index: int) -> list[bytes]:
        first, end = index * WIDTH, (index + 1) * WIDTH
        if level == 0:
            statement, given = (
                "SELECT seq, hash FROM audit_sealing_leaf WHERE seq >= %s AND seq < %s ORDER BY seq",
                [first, end],
            )
        else:
            statement, given = (
                "SELECT index, root FROM audit_sealing_tile"
                " WHERE level = %s AND index >= %s AND index < %s ORDER BY index",
                [level - 1, first, end],
            )
        self._cursor.execute(statement, given)
        rows = self._cursor.fetchall()
        if [number for number, _ in rows] != list(range(first, first + len(rows))):
            raise LookupError(f"The stored tree has a gap at level {level} after {first}.")
        return [bytes(value) for _, value in rows]


def new_tiles(size: int, leaves: Iterable[bytes], tree: StoredTree) -> Iterator[tuple[int, int, bytes, bytes]]:
    """The tiles that become complete when ``leaves`` follow the first ``size`` ones: level, index, hashes and root.

    ``tree`` must have been made before the leaves were stored, or is asked for the edge before them only.
    """
    level, first, values = 0, size, list(leaves)
    while values:
        held = tree.hashes(level, first // WIDTH)[: first % WIDTH] if first % WIDTH else []
        index, values, roots = first // WIDTH, [*held, *values], []
        for at in range(0, len(values) - WIDTH + 1, WIDTH):
            part = values[at : at + WIDTH]
            roots.append(fold(part))
            yield level, index + len(roots) - 1, b"".join(part), roots[-1]
        level, first, values = level + 1, index, roots
