"""Tiles and snapshots, without a database."""

import hashlib

from compliance.audit.sealing.snapshots import Snapshot
from compliance.audit.sealing.tiles import WIDTH, StoredTree, new_tiles
from compliance.audit.sealing.tree import Frontier, check_inclusion, frontier_at, inclusion_proof


class Kept(StoredTree):
    """A stored tree whose tables are lists."""

    def __init__(self, leaves: list[bytes], tiles: dict[tuple[int, int], tuple[bytes, bytes]]) -> None:
        super().__init__(None)
        self.leaves, self.tiles = leaves, tiles

    def _stored(self, level: int, index: int) -> list[bytes]:
        data = self.tiles.get((level, index), (b"", b""))[0]
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def _edge(self, level: int, index: int) -> list[bytes]:
        if level == 0:
            return self.leaves[index * WIDTH : (index + 1) * WIDTH]
        below = range(index * WIDTH, (index + 1) * WIDTH)
        return [self.tiles[level - 1, at][1] for at in below if (level - 1, at) in self.tiles]


def test_tiles_of_every_level_grow_with_the_leaves() -> None:
    """S3-24: whatever the steps in which it grew, a tree read through its tiles has the root of its leaves."""
    leaves: list[bytes] = []
    tiles: dict[tuple[int, int], tuple[bytes, bytes]] = {}
    frontier = Frontier()
    for step in (1, 254, 1, 256, 700, 30_000, 34_400, 500, 1):
        more = [hashlib.sha256(b"%d" % (len(leaves) + number)).digest() for number in range(step)]
        for level, index, hashes, root in new_tiles(len(leaves), more, Kept(list(leaves), dict(tiles))):
            assert (level, index) not in tiles
            tiles[level, index] = (hashes, root)
        leaves += more
        frontier.extend(more)
        tree = Kept(leaves, tiles)
        assert frontier_at(len(leaves), tree).root() == frontier.root()
        at = len(leaves) // 3
        proof = inclusion_proof(at, len(leaves), tree)
        assert check_inclusion(leaves[at], at, len(leaves), proof, frontier.root())
    assert {level for level, _ in tiles} == {0, 1}
    assert len([at for level, at in tiles if level == 0]) == len(leaves) // WIDTH
    assert (1, 0) in tiles


def test_snapshots_are_cut_without_losing_what_runs() -> None:
    before, now = Snapshot.parse("10:20:10,15,18"), Snapshot.parse("15:40:15,33,35")
    assert str(now) == "15:40:15,33,35"
    assert now.completed_since(before) == [10, 18]
    assert now.cut(34, before) == Snapshot(34, frozenset({15, 33}))
    assert now.cut(16, before) == Snapshot(20, frozenset({15, 18}))
    assert str(Snapshot.parse("7:7:")) == "7:7:"
