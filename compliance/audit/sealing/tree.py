"""The Merkle tree over the leaves: roots, and proofs that take the logarithm of its size.

Pure functions after RFC 6962, section 2.1, and RFC 9162, sections 2.1.3 and 2.1.4. A node is named by its level (0 for
leaves) and its index there; only complete nodes have a name: node (level, index) spans the leaves from
``index << level`` to ``(index + 1) << level``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
# Gives the hash of a complete node by level and index.
Nodes = Callable[[int, int], bytes]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node; its prefix tells it from a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees that a tree of ``size`` leaves consists of: all that is needed to let it grow.

    ``nodes`` holds one hash for each bit that is set in ``size``, the largest subtree first.
    """

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.nodes = list(nodes)
        if len(self.nodes) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} subtrees, not {len(self.nodes)}.")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        size, nodes, sha256 = self.size, self.nodes, hashlib.sha256
        while size & 1:
            leaf = sha256(b"\x01" + nodes.pop() + leaf).digest()
            size >>= 1
        nodes.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in their order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root hash of the tree as it is now."""
        if not self.nodes:
            return EMPTY_ROOT
        *rest, found = self.nodes
        for left in reversed(rest):
            found = node_hash(left, found)
        return found


def complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest complete nodes that the leaves from ``start`` to ``end`` consist of, from left to right."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:  # a node begins at a multiple of its width
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def root(leaves: Iterable[bytes]) -> bytes:
    """The root hash over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def frontier_at(size: int, nodes: Nodes) -> Frontier:
    """The frontier of the first ``size`` leaves of a tree."""
    return Frontier(size, [nodes(level, index) for level, index in complete(0, size)])


def subtree(start: int, end: int, nodes: Nodes) -> bytes:
    """The hash over the leaves from ``start`` to ``end``, a range that occurs in a tree."""
    *rest, found = [nodes(level, index) for level, index in complete(start, end)]
    for left in reversed(rest):
        found = node_hash(left, found)
    return found


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The hashes that lead from leaf ``index`` to the root of the tree of ``size`` leaves, from below."""
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not in a tree of {size} leaves.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(middle, end, nodes))
            end = middle
        else:
            proof.append(subtree(start, middle, nodes))
            start = middle
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that the leaf hash stands at ``index`` in the tree of ``size`` leaves with that root."""
    if not 0 <= index < size or any(len(part) != 32 for part in proof):
        return False
    at, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(part, found)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, part)
        at >>= 1
        last >>= 1
    return last == 0 and found == root


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The hashes that show that the first ``old`` leaves of the tree of ``new`` leaves are the tree they were."""
    if not 0 <= old <= new:
        raise ValueError(f"A tree of {new} leaves did not grow from one of {old}.")
    if old in {0, new}:
        return []
    proof: list[bytes] = []
    start, end, is_whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(middle, end, nodes))
            end = middle
        else:
            proof.append(subtree(start, middle, nodes))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(subtree(start, end, nodes))
    return proof[::-1]


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the tree of ``new`` leaves begins with the tree of ``old`` leaves."""
    if not 0 <= old <= new or any(len(part) != 32 for part in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    parts = list(proof)
    if old & (old - 1) == 0:
        parts.insert(0, old_root)
    if not parts:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    before = after = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            after = node_hash(after, part)
        at >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == new_root


class MemoryTree:
    """All nodes of a tree in memory; call it as `Nodes`."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            pairs = range(0, len(below) - 1, 2)
            self._levels.append([node_hash(below[at], below[at + 1]) for at in pairs])

    def __len__(self) -> int:
        return len(self._levels[0])

    def __call__(self, level: int, index: int) -> bytes:
        return self._levels[level][index]


def _split(width: int) -> int:
    """The largest power of two below ``width``."""
    return 1 << (width - 1).bit_length() - 1
