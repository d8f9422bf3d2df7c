"""Fingerprints of a large table go to disk, sealed, and tell the same (S3-31, S3-32)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dataquality.profiling import duplicates
from dataquality.profiling.duplicates import Fingerprints
from dataquality.profiling.spill import Spill
from dataquality.profiling.tables import ArrowTable
from dataquality.profiling.walk import Walk
from modelops.lib.errors import Unavailable

RANDOM = np.random.default_rng(11)
WORDS = {
    "different": RANDOM.integers(0, 2**63, 6000, dtype=np.uint64) * np.uint64(2),
    "some twice": RANDOM.choice(RANDOM.integers(0, 2**64 - 1, 4000, dtype=np.uint64), 6000),
    "few": RANDOM.choice(RANDOM.integers(0, 2**64 - 1, 3, dtype=np.uint64), 6000),
    "few twice": np.concatenate([np.arange(5990), np.arange(0, 50, 5)]).astype(np.uint64)
    * np.uint64(0x9E3779B97F4A7C15),
    "equal halves": np.concatenate([np.arange(5000), np.arange(1000) << 40]).astype(np.uint64),
    "one": np.full(6000, 7, dtype=np.uint64),
    "nearly one": np.where(np.arange(6000) % 997 == 5, np.arange(6000), 2**64 - 1).astype(np.uint64),
}


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables are treated as large ones are."""
    for name, value in {
        "IN_MEMORY": 1000,
        "PART_ROWS": 500,
        "_LEAST_BLOCK": 64,
        "_BUFFERED": 1024,
        "_AT_ONCE": 300,
    }.items():
        monkeypatch.setattr(duplicates, name, value)


def found(words: Any, checks: Any) -> tuple[int, tuple[int, ...]]:
    store = Fingerprints(len(words))
    for start in range(0, len(words), 700):
        room = store.room(start, min(700, len(words) - start))
        room[0][:], room[1][:] = words[start : start + 700], checks[start : start + 700]
        store.put(start, *room)
    repeats = store.repeats()
    store.close()
    return repeats.count, repeats.rows


@pytest.mark.parametrize("with_odd_checks", [False, True])
@pytest.mark.parametrize("name", WORDS)
@pytest.mark.usefixtures("on_disk")
def test_repeats_are_counted_as_one_by_one(name: str, with_odd_checks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    words = WORDS[name]
    checks = (words % np.uint64(1000)).astype(np.uint32)
    if with_odd_checks:  # rows whose first 64 bits are equal and whose others are not
        checks[::3] += RANDOM.integers(0, 3, len(checks[::3]), dtype=np.uint32)
    seen: set[tuple[int, int]] = set()
    again = []
    for row, pair in enumerate(zip(words.tolist(), checks.tolist(), strict=True)):
        if pair in seen:
            again.append(row + 1)
        seen.add(pair)
    expected = (len(again), tuple(again[:5]))
    assert found(words, checks) == expected
    monkeypatch.setattr(duplicates, "IN_MEMORY", 10**6)
    assert found(words, checks) == expected


@pytest.mark.usefixtures("on_disk")
def test_a_walk_over_a_large_table_finds_what_pandas_finds() -> None:
    values = RANDOM.integers(0, 4000, 5000)
    table = pa.table({"number": values, "text": [f"t{value}" for value in values]})
    (repeats,) = Walk(ArrowTable(table, 512), threads=2).run().repeats
    again = np.flatnonzero(table.to_pandas().duplicated())
    assert (repeats.count, repeats.rows) == (len(again), tuple((again[:5] + 1).tolist()))


def test_what_is_put_aside_has_no_name_and_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spill = Spill()
    words = np.arange(1000, dtype=np.uint64)
    numbers = [spill.write([words, words.astype(np.uint32)]) for _ in range(2)]
    spill.read(numbers[0], (np.uint64, np.uint32))
    numbers.append(spill.write([words, words.astype(np.uint32)]))  # behind the others, also after a read
    assert list(tmp_path.iterdir()) == []
    spill._file.seek(0)
    stored = spill._file.read()
    assert len(stored) > 2 * 12 * 1000
    assert words[5:9].tobytes() not in stored
    assert stored[:12_000] != stored[12_016:24_016]  # the same block, sealed anew
    for number in numbers:
        back = spill.read(number, (np.uint64, np.uint32))
        assert np.array_equal(back[0], words)
        assert np.array_equal(back[1], words)
    spill.close()


@pytest.mark.usefixtures("on_disk")
def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: full)
        with pytest.raises(Unavailable, match="TMPDIR"):
            found(WORDS["different"], np.zeros(6000, dtype=np.uint32))


def test_no_folder_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    with pytest.raises(Unavailable, match="TMPDIR"):
        Spill()
