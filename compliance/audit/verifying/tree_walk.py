"""The tree over all leaves, in one pass and constant memory, with its root at every size that somebody has signed."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from ..sealing.tiles import WIDTH
from ..sealing.tree import Frontier
from .verdict import Finding

_TILES_A_QUERY: Final = 512


@dataclass(slots=True)
class Walk:
    """The root at each size asked for, at the end, and what was wrong on the way."""

    roots: dict[int, bytes] = field(default_factory=dict)
    root: bytes = b""
    findings: list[Finding] = field(default_factory=list)


def walk(size: int, wanted: Mapping[int, object], *, start: Frontier | None = None) -> Walk:
    """Hash the leaves from the end of ``start`` (whole tiles; the beginning without) up to ``size``.

    ``wanted`` holds the sizes whose root is needed. Gaps end the walk: behind one, no root can be right.
    """
    upper = Frontier() if start is None else Frontier(start.size // WIDTH, start.nodes)
    walked = Walk()
    if 0 in wanted:
        walked.roots[0] = Frontier().root()
    sizes = sorted(at for at in wanted if upper.size * WIDTH < at <= size)
    at = 0
    for tile, hashes, stored in _tiles(upper.size, size):
        first = tile * WIDTH
        expected = min(WIDTH, size - first)
        if len(hashes) != expected * 32:
            missing = _first_missing(first, expected)
            walked.findings.append(Finding("leaf.missing", f"Row {missing} has no leaf in the tree.", missing))
            return walked
        if stored is not None and bytes(stored) != hashes:
            parts = (n for n in range(WIDTH) if stored[n * 32 : n * 32 + 32] != hashes[n * 32 : n * 32 + 32])
            bad = next(parts, 0)  # none where the tile is longer than it can be
            walked.findings.append(
                Finding("tile.altered", f"The leaf of row {first + bad} is not the one in its tile.", first + bad)
            )
        while at < len(sizes) and sizes[at] < first + expected:
            walked.roots[sizes[at]] = _partial(upper, hashes[: (sizes[at] - first) * 32]).root()
            at += 1
        if expected < WIDTH:
            whole = _partial(upper, hashes)
            walked.root = walked.roots[size] = whole.root()
            return walked
        upper.append(_over(hashes))
        if at < len(sizes) and sizes[at] == first + WIDTH:
            walked.roots[sizes[at]] = upper.root()
            at += 1
    walked.root = walked.roots[size] = upper.root()
    return walked


def _tiles(first_tile: int, size: int) -> Iterator[tuple[int, bytes, bytes | None]]:
    """Each tile's number, its leaf hashes in order, and what its stored tile says."""
    tiles = -(-size // WIDTH)
    while first_tile < tiles:
        after = min(first_tile + _TILES_A_QUERY, tiles)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT n, coalesce((SELECT string_agg(l.hash, ''::bytea ORDER BY l.seq) FROM audit_sealing_leaf l"
                "   WHERE l.seq >= n * 256 AND l.seq < least((n + 1) * 256, %s)), ''::bytea), t.hashes"
                " FROM generate_series(%s::bigint, %s::bigint) n"
                " LEFT JOIN audit_sealing_tile t ON t.level = 0 AND t.index = n ORDER BY n",
                [size, first_tile, after - 1],
            )
            for tile, hashes, stored in cursor.fetchall():
                yield tile, bytes(hashes), None if stored is None else bytes(stored)
        first_tile = after


def _over(hashes: bytes) -> bytes:
    """The hash over a whole tile."""
    sha256 = hashlib.sha256
    while len(hashes) > 32:
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 64)])
    return hashes


def _partial(upper: Frontier, hashes: bytes) -> Frontier:
    """The frontier of the whole tiles and some leaves after them."""
    lower = Frontier()
    lower.extend(hashes[at : at + 32] for at in range(0, len(hashes), 32))
    return Frontier(upper.size * WIDTH + lower.size, [*upper.nodes, *lower.nodes])


def _first_missing(first: int, expected: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(n) FROM generate_series(%s::bigint, %s::bigint) n"
            " LEFT JOIN audit_sealing_leaf l ON l.seq = n WHERE l.seq IS NULL",
            [first, first + expected - 1],
        )
        (missing,) = cursor.fetchone()
    return first if missing is None else int(missing)
