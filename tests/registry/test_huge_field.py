"""A field of a gigabyte: refused with its place, in bounded memory, and what had arrived is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelops.lib.errors import Invalid
from registry.artifacts.sealed import sealed_upload
from registry.models import DatasetVersion
from registry.services import add_dataset_version, create_dataset
from tests.dataquality.datasets import ACTOR

# The long mode of the suite sends the whole gigabyte.
SIZE = 1 << 30 if int(os.environ.get("PORTAL_TEST_KILLS", "0")) >= 60 else 160 << 20
_PIECE = 1 << 20
_ROOM = 400 << 20


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def one_field(before: bytes, after: bytes) -> Iterator[bytes]:
    """A table of one row whose last field is huge, piece by piece."""
    yield before
    piece = os.urandom(_PIECE // 2).hex().encode()
    for _ in range(SIZE // _PIECE):
        yield piece
    yield after


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "before", "after", "place"),
    [
        ("table.csv", b"a,b\n1,2\n3,", b"\n4,5\n", "row"),
        ("table.csv", b'a,b\n1,2\n3,"', b'"\n4,5\n', "row"),
        ("table.jsonl", b'{"a": 1}\n{"a": "', b'"}\n', "Line 2"),
    ],
    ids=["plain", "quoted", "JSON Lines"],
)
def test_a_field_of_a_gigabyte(
    name: str, before: bytes, after: bytes, place: str, stored: Callable[[], list[Path]]
) -> None:
    """It streams in, is sealed as it comes, and reading it stops at the bound of a row: no part of it is kept."""
    dataset = create_dataset("huge", actor=ACTOR)
    at_first = resident()
    with sealed_upload(one_field(before, after), name) as upload:
        assert upload.size > SIZE
        with pytest.raises(Invalid) as refusal:
            add_dataset_version(dataset, upload, actor=ACTOR)
        grown = resident() - at_first
    assert refusal.value.code == "dataset.row_too_long"
    assert place in str(refusal.value)
    assert grown < _ROOM
    assert not DatasetVersion.objects.exists()
    assert stored() == []
