"""The compiled loops of the engine give what their twins in NumPy give, bit by bit (S3-31, S3-32)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dataquality.profiling import cells, duplicates, fingerprints, scanning, sieves, text_classes, texts
from dataquality.profiling.cells import Cells
from dataquality.profiling.spans import eights, spans
from modelops.lib.compiled import Compiled

RANDOM = np.random.default_rng(7)
NUMBERS = {
    "normal": RANDOM.normal(0, 10, 5000),
    "holes": np.where(RANDOM.random(5000) < 0.3, np.nan, RANDOM.normal(0, 10, 5000)),
    "few": RANDOM.choice([np.nan, 0.0, -0.0, 1.0, -20.0, 20.0], 5000),
    "nothing": np.full(100, np.nan),
    "empty": np.empty(0),
    "wide": RANDOM.choice([-1e308, -5e-324, -0.0, 0.0, 5e-324, 1e308], 5000),
}
BOUNDS = (
    [-8.0, -6.0, 6.0, 8.0, -20.0, -18.0, 18.0, 20.0],
    [-6.0, -6.0, 0.0, 0.0, -20.0, -20.0, 20.0, 20.0],
    [-1.0, 1.0, -1.0, 1.0, np.nan, np.nan, np.nan, np.nan],
    [-1.0, 1.0, -1.0, 1.0, -np.inf, np.inf, -np.inf, np.inf],
)


def _machine(loop: Compiled) -> Any:
    made = loop.compile()
    assert made is not None
    return made


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("bounds", BOUNDS)
def test_numbers_are_scanned_the_same(name: str, bounds: list[float]) -> None:
    args = NUMBERS[name], np.array(bounds)
    for found, expected in zip(_machine(scanning.scan)(*args), scanning.scan.twin(*args), strict=True):
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected, equal_nan=found.dtype.kind == "f")


@pytest.mark.parametrize(
    "kind", ["int8", "int32", "uint32", "int64", "uint64", "float32", "float64", "bool", "timestamp[us]"]
)
def test_cells_of_fixed_width_get_the_same_fingerprints(kind: str) -> None:
    drawn = RANDOM.integers(0, 100, 3000)
    signed = drawn - 50 if kind in ("int8", "int32", "int64") else drawn
    values = pa.array(signed, mask=RANDOM.random(3000) < 0.1).cast(pa.int64())
    array = pa.array(drawn % 2 == 0) if kind == "bool" else values.cast(getattr(pa, kind, lambda: pa.timestamp("us"))())
    if kind.startswith("float"):
        array = pa.array(np.where(drawn == 3, np.nan, np.where(drawn == 4, -0.0, drawn)).astype(kind))
    _compare(array, fingerprints._add_fixed)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_get_the_same_fingerprints(kind: pa.DataType) -> None:
    words = ["x" * int(size) for size in RANDOM.integers(0, 90, 500)] + ["é" * 9, "12345678", "", "123456789"]
    values = [None if place % 11 == 0 else words[place % len(words)] for place in range(3000)]
    array = pa.array(values, pa.string()).cast(kind)
    _compare(array, fingerprints._add_bytes)
    _compare(array.slice(1001, 700), fingerprints._add_bytes)
    of_column = fingerprints.multipliers(1)[:, 0]
    whole, part = np.zeros((2, 2, 3000), dtype=np.uint64)
    with np.errstate(all="ignore"):
        fingerprints.add_cells(Cells(array), of_column, *whole)
        for start in range(0, 3000, 300):
            fingerprints.add_cells(Cells(array.slice(start, 300)), of_column, *part[:, start : start + 300])
    assert np.array_equal(whole, part)  # however the rows are cut


def _compare(array: pa.Array, loop: Compiled) -> None:
    of_column = fingerprints.multipliers(1)[:, 0]
    results = []
    for machine in (None, _machine(loop)):
        before, loop._machine = loop._machine, machine
        left, loop._left = loop._left, 10**9
        try:
            first, second = np.zeros((2, len(array)), dtype=np.uint64)
            with np.errstate(all="ignore"):  # as the walk has it
                fingerprints.add_cells(Cells(array), of_column, first, second)
        finally:
            loop._machine, loop._left = before, left
        results.append((first, second))
    (first, second), (machine_first, machine_second) = results
    assert np.array_equal(first, machine_first)
    assert np.array_equal(second, machine_second)
    assert len(np.unique(first)) > 1


def test_coded_cells_get_the_same_fingerprints() -> None:
    codes = RANDOM.integers(-1, 5, 1000).astype(np.int32)
    words, checks = RANDOM.integers(0, 2**63, (2, 6), dtype=np.uint64)
    found = []
    for loop in (fingerprints._add_coded.twin, _machine(fingerprints._add_coded)):
        sums = np.ones((2, 1000), dtype=np.uint64)
        loop(codes, words, checks, sums[0], sums[1])
        found.append(sums)
    assert np.array_equal(*found)


def test_fingerprints_are_finished_the_same() -> None:
    sums = RANDOM.integers(0, 2**64, (2, 1000), dtype=np.uint64)
    found = []
    for loop in (fingerprints.finish.twin, _machine(fingerprints.finish)):
        words, checks = np.zeros(1000, dtype=np.uint64), np.zeros(1000, dtype=np.uint32)
        loop(*sums.copy(), words, checks)
        found.append((words.tolist(), checks.tolist()))
    assert found[0] == found[1]
    assert len(set(found[0][1])) > 990


@pytest.mark.parametrize("kind", ["int16", "int64", "uint64", "float32", "float64"])
def test_holes_become_no_numbers(kind: str) -> None:
    raw, valid = RANDOM.integers(0, 2**62, 3000).astype(kind), RANDOM.random(3000) < 0.9
    if kind.startswith("float"):
        raw[::7] = np.nan
    found, expected = np.empty((2, 3000))
    gone, of_twin = _machine(cells._as_floats)(raw, valid, found), cells._as_floats.twin(raw, valid, expected)
    assert np.array_equal(found, expected, equal_nan=True)
    assert gone == of_twin == np.count_nonzero(np.isnan(expected))


@pytest.mark.parametrize("wanted", [0, 1, 3, 2000])
def test_words_are_let_through_the_same(wanted: int) -> None:
    words = RANDOM.integers(0, 2**63, 5000, dtype=np.uint64)
    sieve = sieves.sieve_of(np.sort(words[:wanted]))
    found = _machine(sieves.let_through)(words, sieve)
    assert found.dtype == np.intp
    assert np.array_equal(found, sieves.let_through.twin(words, sieve))
    other = sieves.sieve_of((words[:wanted] & np.uint64(2**32 - 1)) >> sieves.OTHER_BITS)
    found = _machine(sieves.let_through_both)(words, sieve, other)
    assert set(range(wanted)) <= set(found.tolist()) < set(range(len(words)))
    assert np.array_equal(found, sieves.let_through_both.twin(words, sieve, other))
    assert set(range(wanted)) <= set(found.tolist())


@pytest.mark.parametrize("kinds", [1, 500, 2**32])
@pytest.mark.parametrize("rows", [0, 1, 3000])
def test_halves_that_come_again_are_the_same(rows: int, kinds: int) -> None:
    halves = np.sort(RANDOM.integers(0, kinds, rows, dtype=np.uint32))
    found = _machine(duplicates._come_again)(halves)
    assert found.dtype == np.uint32
    assert found.tolist() == duplicates._come_again.twin(halves).tolist()
    assert len(found) == rows - len(np.unique(halves))


@pytest.mark.parametrize("width", [0.0, 0.001, 0.01, 0.1, 1.0, 5.0])
@pytest.mark.parametrize("rows", [1, 8, 4095, 4096, 4097])
def test_few_numbers_are_found_as_many_are(rows: int, width: float) -> None:
    values = np.where(RANDOM.random(rows) < 0.02, np.nan, RANDOM.normal(0, 10, rows))
    bounds = np.array([-7 - width, -7, 7, 7 + width, -27 - width, -27 + width, 27 - width, 27 + width])
    for found, expected in zip(
        _machine(scanning.scan)(values, bounds), scanning.scan.twin(values, bounds), strict=True
    ):
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("codes", [[], [-1, -1], [3, -1, 0, 3, 3, 1, 0, -1], [3, -1, 0, 3, 3, 1, 0, -1, 1, 0, -1] * 99])
def test_codes_are_tallied_the_same(codes: list[int]) -> None:
    args = np.array(codes, dtype=np.int32), 4
    for found, expected in zip(_machine(texts._tally)(*args), texts._tally.twin(*args), strict=True):
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()
    assert found.tolist() == ([2, 5, -1, 0] if len(codes) > 2 else [-1] * 4)


@pytest.mark.parametrize("with_nulls", [False, True])
@pytest.mark.parametrize("kinds", [[], [0] * 9, [64] * 9, [0, 2, 64, 2, 0, 0, 1, 2, 64, 2, 2, 2, 2, 0, 63] * 700])
def test_classes_are_sighted_the_same(kinds: list[int], with_nulls: bool) -> None:
    valid = RANDOM.random(len(kinds)) < 0.7 if with_nulls else np.zeros(0, dtype=bool)
    args = np.array(kinds, dtype=np.uint8), valid
    for found, expected in zip(_machine(texts._sightings)(*args), texts._sightings.twin(*args), strict=True):
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


def test_texts_are_taken_for_the_same() -> None:
    pieces = [
        "1",
        "12",
        "-",
        ".",
        "+",
        "e",
        "E",
        " ",
        "\t",
        "\x0b",
        "a",
        "T",
        "=",
        "@",
        "2013-02-30",
        "é",
        "\u3000",
        "",
    ]
    words = ["".join(RANDOM.choice(pieces, RANDOM.integers(0, 6))) for _ in range(20_000)]
    for kind in (pa.string(), pa.large_string()):
        data, offsets = spans(pa.array(words, kind))
        found = _machine(text_classes._first_look)(data, eights(data), offsets)
        assert np.array_equal(found, text_classes._first_look.twin(data, eights(data), offsets))
        assert np.count_nonzero(found & text_classes.NUMBER) > 100
