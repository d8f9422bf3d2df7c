"""The engine gives what numpy and pandas give, to the last digit, on any cut and number of threads (S3-31, S3-32)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dataquality.checks.rules import rules as kinds
from dataquality.engine import Report, examine
from dataquality.profiling import cells as cell_reading
from dataquality.profiling import windows
from dataquality.profiling.cells import Cells
from dataquality.profiling.facts import ColumnProfile
from dataquality.profiling.selection_by_digits import value_at
from dataquality.profiling.tables import ArrowTable
from dataquality.profiling.walk import Walk

ROWS = 60_000
RANDOM = np.random.default_rng(2013)
ADVERSARIAL = {
    "normal": RANDOM.normal(0, 1, ROWS),
    "sorted": np.arange(ROWS, dtype=np.float64),
    "falling": -(np.arange(ROWS, dtype=np.float64) ** 3),
    "steps": np.concatenate([np.full(ROWS // 2, 1.0), RANDOM.normal(100, 5, ROWS - ROWS // 2)]),
    "ties": RANDOM.integers(0, 3, ROWS).astype(np.float64),
    "heavy": RANDOM.standard_cauchy(ROWS),
    "wide": RANDOM.choice([-1e308, -1.0, -5e-324, 0.0, -0.0, 5e-324, 1.0, 1e308], ROWS),
    "mostly_one": np.where(RANDOM.random(ROWS) < 0.97, 7.0, RANDOM.normal(0, 50, ROWS)),
    "waves": np.sin(np.arange(ROWS) / 900) * np.arange(ROWS),
    "late_change": np.concatenate([RANDOM.normal(0, 1, ROWS - 9000), RANDOM.normal(1e6, 1, 9000)]),
    "huge_whole": RANDOM.integers(-(2**63), 2**63 - 1, ROWS),
    "unsigned": RANDOM.integers(0, 2**64 - 1, ROWS, dtype=np.uint64),
    "holes": np.where(RANDOM.random(ROWS) < 0.4, np.nan, RANDOM.normal(0, 1, ROWS)),
    "endless": np.where(RANDOM.random(ROWS) < 0.01, np.inf, RANDOM.normal(0, 1, ROWS)),
    "first_nothing": np.concatenate([np.full(20_000, np.nan), RANDOM.normal(0, 1, ROWS - 20_000)]),
}


def profiles(batch_rows: int, threads: int) -> dict[str, ColumnProfile]:
    table = ArrowTable(pa.table(ADVERSARIAL), batch_rows)
    return {profile.name: profile for profile in Walk(table, threads=threads).run().profiles}


@pytest.mark.parametrize(("batch_rows", "threads"), [(65_536, 1), (1000, 1), (4096, 3)])
@pytest.mark.usefixtures("few_kept")
def test_quartiles_and_outliers_are_those_of_numpy_and_pandas(batch_rows: int, threads: int) -> None:
    found = profiles(batch_rows, threads)
    for name, values in ADVERSARIAL.items():
        numbers = values.astype(np.float64)
        finite = numbers[np.isfinite(numbers)]
        with np.errstate(all="ignore"):
            expected = tuple(np.quantile(finite, [0.25, 0.75]))
            of_pandas = pd.Series(finite).quantile([0.25, 0.75]).tolist()
        number = found[name].number
        assert number is not None
        assert number.quartiles == expected == tuple(of_pandas), name
        assert number.finite == len(finite)
        spread = expected[1] - expected[0]
        if spread > 0 and np.isfinite(spread):
            low, high = expected[0] - 1.5 * spread, expected[1] + 1.5 * spread
            outside = np.isfinite(numbers) & ((numbers < low) | (numbers > high))
            assert number.fences == (low, high)
            assert number.beyond == outside.sum(), name
            rows = np.flatnonzero(outside)[:5]
            assert [row for row, _ in number.first_beyond] == (rows + 1).tolist(), name
            assert [value for _, value in number.first_beyond] == numbers[rows].tolist(), name


def mixed(rows: int) -> pa.Table:
    """Every kind of column, with repeated rows."""
    random = np.random.default_rng(7)
    texts = random.choice(["open", "Open", "paid", " ", "7", "2013-02-30", "bro\x00ken", None], rows)
    table = pa.table(
        {
            "id": pa.array(random.integers(0, rows, rows)),
            "number": pa.array(random.normal(0, 1, rows), mask=random.random(rows) < 0.05),
            "text": pa.array(texts.tolist(), pa.string()),
            "category": pa.array(texts.tolist(), pa.string()).dictionary_encode(),
            "name": pa.array([f"n{value}" * (1 + value % 40) for value in random.integers(0, rows, rows)]),
            "yes": pa.array((random.random(rows) < 0.995).tolist()),
            "day": pa.array(random.integers(-200_000, 40_000, rows).astype(np.int32), pa.date32()),
            "list": pa.array([[int(value)] for value in random.integers(0, 3, rows)]),
            "decimal": pa.array(random.integers(0, 99, rows)).cast(pa.decimal128(30, 2)),
        }
    )
    return pa.concat_tables([table, table.slice(10, rows // 50)])


@pytest.mark.usefixtures("few_kept")
def test_a_report_is_the_same_on_any_number_of_threads_and_for_any_cut() -> None:
    table = mixed(8_000)
    reports: list[Report] = [
        examine(ArrowTable(table, batch_rows), threads=threads)
        for batch_rows, threads in ((100_000, 1), (100_000, 8), (997, 1), (997, 4), (64, 3))
    ]
    assert reports[0].findings
    for other in reports[1:]:
        assert other == reports[0]


def test_texts_held_as_places_and_one_by_one_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-32: whether the distinct texts of a batch are few changes the time that it takes and nothing else."""
    table = mixed(8_000)
    texts = [*table["text"].to_pylist()[:-1], "long" * 40]
    table = table.set_column(2, "text", pa.array(texts, pa.large_string())).append_column(
        "nothing_at_first", pa.array([None] * 6_000 + texts[6_000:])
    )
    rules = [kinds.get("set")(["text"], {"values": ["open", "paid"]}), kinds.get("length")(["text"], {"max": 4})]
    held: list[bool] = []
    encode = Cells.encode

    def watched(cells: Cells) -> None:
        before = cells.array
        encode(cells)
        held.append(cells.array is not before)

    monkeypatch.setattr(Cells, "encode", watched)
    found = []
    for few in (1, float("inf")):
        monkeypatch.setattr(cell_reading, "FEW", few)
        watches = [watch for rule in rules for watch in rule.watches()]
        walked = Walk(ArrowTable(table, 997), watches=watches).run()
        found.append((examine(ArrowTable(table, 997)), walked.repeats, walked.watched))
        assert any(held) == (few == 1)
        held.clear()
    assert found[0] == found[1]
    assert [each.count > 0 for each in found[0][2]] == [True, True]


def test_repeated_rows_are_those_of_pandas() -> None:
    table = mixed(5_000)
    (repeats,) = Walk(ArrowTable(table, 500)).run().repeats
    frame = table.to_pandas().map(str)
    again = frame.duplicated().to_numpy()
    assert repeats.count == again.sum() > 0
    assert list(repeats.rows) == (np.flatnonzero(again)[:5] + 1).tolist()


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([0.0, -0.0, 1.0], 1),
        ([1.0, 2.0, 4.0, 2.0**-1000, 2.0**1000], 0),
        ([float("nan"), None, 1.0], 1),
        (["", None, " "], 0),
        (["a" * 64, "a" * 65, "a" * 64 + "b", "a" * 65], 1),
        (["ab", "a", "b", "", "ab\x00"], 0),
        ([b"x", b"x\x00", b"x"], 1),
    ],
)
def test_values_that_look_alike_are_told_apart(values: list, count: int) -> None:
    (repeats,) = Walk(ArrowTable(pa.table({"a": values}))).run().repeats
    assert repeats.count == count


def test_the_place_of_a_value_in_its_row_counts() -> None:
    table = pa.table({"a": [1, 2, None, 3], "b": [2, 1, 3, None]})
    assert Walk(ArrowTable(table)).run().repeats[0].count == 0


@pytest.mark.parametrize("name", ["normal", "wide", "ties", "huge_whole", "endless"])
def test_a_value_is_found_by_its_digits(name: str) -> None:
    numbers = ADVERSARIAL[name].astype(np.float64)
    finite = np.sort(numbers[np.isfinite(numbers)])
    for place in (0, 1, len(finite) // 3, len(finite) - 1):
        assert value_at(lambda: np.array_split(numbers, 7), place) == finite[place]


@pytest.mark.parametrize("kept", [8, 300, 10**6])
@pytest.mark.parametrize("name", ["normal", "ties", "wide", "mostly_one"])
def test_a_window_counts_what_it_keeps_however_it_is_merged(name: str, kept: int, monkeypatch: Any) -> None:
    """S3-31: sorted with the rows that are there or merged with their counts, the values are the same."""
    monkeypatch.setattr(windows, "KEPT", kept)
    values = ADVERSARIAL[name][:5000]
    window = windows.Window(0.5, windows.Bounds(-np.inf, np.inf), 10**6, narrows=False)
    for start in range(0, len(values), 250):
        window.add(0, values[start : start + 250].copy(), start + 250, window.bounds)
        window.order_statistics((0,))
    found = window.order_statistics(tuple(range(len(values))))
    assert found == np.sort(values).tolist()


@pytest.mark.parametrize("distinct", [19, 20, 21, 22, 50, 400])
def test_categories_are_told_up_to_as_many_as_there_may_be(distinct: int) -> None:
    """S3-32: a batch of which the first rows hold too many texts is not looked at further, and the end is the same."""
    texts = [f"text {row % distinct}" for row in range(400)]
    for rows in (13, 40, 41, 400):
        (profile,) = Walk(ArrowTable(pa.table({"text": texts}), rows)).run().profiles
        assert profile.text is not None
        assert (profile.text.distinct is not None) == (distinct <= 20)
        if profile.text.distinct is not None:
            assert profile.text.distinct.to_pylist() == texts[:distinct]
            assert int(profile.text.counts.sum()) == 400


@pytest.mark.parametrize("present", [1.0, 0.9])
def test_each_column_is_kept_until_the_last_watch_has_seen_it(present: float) -> None:
    """S3-31: rules over columns far apart, in any order, find what pandas finds, also where cells are missing."""
    frame = pd.DataFrame(RANDOM.integers(0, 50, (3000, 4)), columns=list("abcd"))
    frame = frame.where(RANDOM.random(frame.shape) < present)
    rules = [kinds.get("expression")([], {"expression": text}) for text in ("a < d", "d >= b", "c > 10", "a <= b")]
    watches = [watch for rule in rules for watch in rule.watches()]
    watches += kinds.get("range")(["b"], {"max": 40}).watches()
    walked = Walk(ArrowTable(pa.Table.from_pandas(frame), 700), keys=[(), ("c", "a")], watches=watches).run()
    broken = [frame.a >= frame.d, frame.d < frame.b, frame.c <= 10, frame.a > frame.b, frame.b > 40]
    assert [found.count for found in walked.watched] == [int(each.sum()) for each in broken]
    expected = [int(frame.duplicated().sum()), int(frame.duplicated(["c", "a"]).sum())]
    assert [found.count for found in walked.repeats] == expected
