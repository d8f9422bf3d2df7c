"""The tree's proofs: right ones hold, and nothing else does."""

import hashlib

import pytest

from compliance.audit.sealing.tree import (
    EMPTY_ROOT,
    Frontier,
    MemoryTree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    root,
)

# The leaves and roots of the reference implementation of RFC 6962 (transparency-dev/merkle, testonly/reference data).
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00%d" % number).digest() for number in range(count)]


def test_roots_are_those_of_the_standard() -> None:
    """S3-24: the published vectors of RFC 6962 trees."""
    hashes = [hashlib.sha256(b"\x00" + text).digest() for text in INPUTS]
    assert [root(hashes[:size]).hex() for size in range(1, 9)] == ROOTS
    assert root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex().startswith("e3b0c442")


def test_every_leaf_is_shown_in_every_tree_and_nowhere_else() -> None:
    for size in range(1, 40):
        hashes = leaves(size)
        tree, head = MemoryTree(hashes), root(hashes)
        for index, leaf in enumerate(hashes):
            proof = inclusion_proof(index, size, tree)
            assert check_inclusion(leaf, index, size, proof, head)
            assert not check_inclusion(leaf, (index + 1) % size, size, proof, head) or size == 1
            assert not check_inclusion(hashlib.sha256(leaf).digest(), index, size, proof, head)
            assert not check_inclusion(leaf, index, size, [*proof, leaf], head)
            assert not check_inclusion(leaf, index, size, proof[:-1], head) or not proof
            assert not check_inclusion(leaf, index, size, proof, leaf) or size == 1


def test_every_tree_is_consistent_with_those_it_grew_from() -> None:
    hashes = leaves(40)
    roots = [root(hashes[:size]) for size in range(41)]
    for new in range(1, 41):
        tree = MemoryTree(hashes[:new])
        for old in range(new + 1):
            proof = consistency_proof(old, new, tree)
            assert check_consistency(old, roots[old], new, roots[new], proof)
            if 0 < old < new:
                assert not check_consistency(old, roots[old - 1], new, roots[new], proof)
                assert not check_consistency(old, roots[old], new, roots[old], proof)
                assert not check_consistency(old, roots[old], new, roots[new], proof[:-1])
                assert not check_consistency(old, roots[old], new, roots[new], [*proof, roots[1]])
                assert not check_consistency(new, roots[new], old, roots[old], proof)


def test_a_changed_leaf_breaks_the_consistency_with_every_later_tree() -> None:
    hashes = leaves(23)
    forged = [*hashes[:5], hashlib.sha256(b"another").digest(), *hashes[6:]]
    tree = MemoryTree(forged)
    for old in range(6, 24):
        assert not check_consistency(old, root(hashes[:old]), 23, root(forged), consistency_proof(old, 23, tree))


def test_a_frontier_grows_from_where_it_was() -> None:
    hashes = leaves(300)
    tree = MemoryTree(hashes)
    for size in (0, 1, 7, 8, 255, 256, 257):
        frontier = frontier_at(size, tree)
        frontier.extend(hashes[size:])
        assert (frontier.size, frontier.root()) == (300, root(hashes))
    with pytest.raises(ValueError, match="2 subtrees"):
        Frontier(3, [b""])
