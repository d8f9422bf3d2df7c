"""What shows that rows of a file stand in the tree under the checkpoint that comes with it."""

import base64
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from ..sealing import tree
from ..sealing.models import Checkpoint
from ..sealing.tiles import WIDTH, StoredTree

_TILES_KEPT: Final = 64
_BITS: Final = 8


def text_of(value: bytes) -> str:
    """Bytes as files hold them."""
    return base64.b64encode(value).decode()


class Proofs:
    """Proofs against the tree of ``size`` leaves; what is read stays for neighbours and is then forgotten."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._stored: StoredTree | None = None
        self._asked: set[tuple[int, int]] = set()
        self.nodes = lru_cache(maxsize=4096)(self._node)

    def inclusion(self, index: int) -> list[str]:
        """The proof of one row."""
        return [text_of(part) for part in tree.inclusion_proof(index, self.size, self.nodes)]

    def block(self, number: int) -> dict[str, Any]:
        """The hashes of 256 rows in one piece, as the tree has them, with their proof: they tell which row is wrong."""
        first = number * WIDTH
        hashes = self._tree(0, number).hashes(0, number)[: self.size - first]
        blocks = -(-self.size // WIDTH)
        proof = tree.inclusion_proof(number, blocks, self._above)
        return {
            "block": number,
            "hashes": text_of(b"".join(hashes)),
            "proof": [text_of(part) for part in proof],
        }

    def growth(self) -> Iterator[dict[str, Any]]:
        """The subtrees by which the tree grew from one checkpoint to the next, up to this one."""
        at = 0
        sizes = Checkpoint.objects.filter(size__lte=self.size, size__gt=0).order_by("size").distinct("size")
        for size in sizes.values_list("size", flat=True).iterator(chunk_size=500):
            nodes = [self.nodes(level, index) for level, index in tree.complete(at, size)]
            yield {"grown": size, "nodes": text_of(b"".join(nodes))}
            at = size

    def _above(self, level: int, index: int) -> bytes:
        """A node over whole blocks; the last one ends where the tree does."""
        start = index << (level + _BITS)
        return tree.subtree(start, min(start + (1 << (level + _BITS)), self.size), self.nodes)

    def _node(self, level: int, index: int) -> bytes:
        return self._tree(level // _BITS, (index << level % _BITS) >> _BITS)(level, index)

    def _tree(self, level: int, tile: int) -> StoredTree:
        self._asked.add((level, tile))
        if self._stored is None or len(self._asked) > _TILES_KEPT:
            self._stored, self._asked = StoredTree(connection.cursor()), {(level, tile)}
        return self._stored
