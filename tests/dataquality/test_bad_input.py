"""Bad input ends in a clear refusal or a finding with its place, in bounded memory; the engine needs no Django."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataquality.engine import examine
from dataquality.profiling.parquet import parquet_batches
from dataquality.profiling.tables import ArrowTable, ParquetTable
from dataquality.profiling.walk import Walk
from modelops.lib.errors import Invalid
from tests.dataquality.tables import counts, report

ROOT = Path(__file__).parents[2]


class Liar(ArrowTable):
    """Says that it has other rows than it has."""

    def __init__(self, table: pa.Table, said: int) -> None:
        super().__init__(table, 10)
        self.rows = said


@pytest.mark.parametrize("said", [99, 101, 1, 10**7])
def test_a_table_that_lies_about_its_rows_is_refused(said: int) -> None:
    with pytest.raises(Invalid) as refusal:
        examine(Liar(pa.table({"a": list(range(100))}), said))
    assert refusal.value.code == "dataset.row_count"


def test_two_columns_of_one_name_are_refused() -> None:
    table = pa.table([[1], [2]], names=["a", "a"])
    with pytest.raises(Invalid) as refusal:
        examine(ArrowTable(table))
    assert refusal.value.code == "dataset.duplicate_column_name"


def test_ten_thousand_columns_are_examined() -> None:
    names = [f"c{place}" for place in range(10_000)]
    found = examine(ArrowTable(pa.table([pa.array([1.0, None, float(place)]) for place in range(10_000)], names=names)))
    assert counts(found)[("missing", "c9999")] == 1
    assert found.columns == 10_000


def test_a_huge_field_is_hashed_and_compared_like_any_other() -> None:
    huge = "x" * 3_000_000
    (repeats,) = Walk(ArrowTable(pa.table({"a": [huge, huge + "y", huge]}))).run().repeats
    assert (repeats.count, repeats.rows) == (1, (3,))


def test_a_small_file_that_unpacks_to_much_is_walked_in_bounded_memory(tmp_path: Path) -> None:
    rows = 1_000_000
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), ["y" * 2000])
    pq.write_table(pa.table({"a": texts, "b": np.zeros(rows)}), tmp_path / "bomb.parquet", compression="zstd")
    assert (tmp_path / "bomb.parquet").stat().st_size < 1_000_000  # two gigabytes of text
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    most = 0

    def watch(*_: object) -> None:
        nonlocal most
        most = max(most, pa.total_allocated_bytes() - before)

    found = examine(ParquetTable(tmp_path / "bomb.parquet"), progress=watch)
    _, traced = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counts(found)[("constant", "a")] == rows
    assert most + traced < 400 * 1024 * 1024


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_cut_file_is_refused(tmp_path: Path, cut: float) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": np.random.default_rng(1).random(50_000)}), path)
    whole = path.read_bytes()
    middle = int(len(whole) * cut)
    path.write_bytes(whole[:middle])
    with path.open("rb") as file, pytest.raises(Invalid) as refusal:
        for _ in parquet_batches(file):
            pass
    assert refusal.value.code == "dataset.unreadable"


def test_a_year_that_is_none_is_found_with_its_row() -> None:
    days = pa.array([*range(15_000, 15_020), -719_529], pa.int32()).cast(pa.date32())
    found = report(a=days, b=[f"2013-01-{day:02}" for day in range(1, 21)] + ["0000-00-00"])
    places = {(finding.rule, finding.column): finding.first_rows for finding in found.findings}
    assert places[("out_of_calendar", "a")] == places[("not_in_calendar", "b")] == (21,)


def test_whole_numbers_beyond_64_bits_stay_apart() -> None:
    numbers = pa.array([Decimal(10**30 + place) for place in (*range(12), 0)], pa.decimal128(38, 0))
    (repeats,) = Walk(ArrowTable(pa.table({"a": numbers}))).run().repeats
    assert repeats.count == 1


def test_formulas_are_told_with_their_place_and_cost_nothing() -> None:
    found = report(a=["fine", "=1+1", "@SUM(A1)", "-3", "+49 30", "also fine"])
    (finding,) = [finding for finding in found.findings if finding.rule == "formula"]
    assert (finding.count, finding.first_rows, finding.failed) == (2, (2, 3), 0)


def test_a_walk_stops_when_its_progress_says_so() -> None:
    """Cancelled between two batches: what reports progress raises, and no thread is left."""

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        if done >= 20:
            raise Stopped

    given = 0

    class Counting(ArrowTable):
        def batches(self, names: object = None) -> Iterator[pa.RecordBatch]:
            nonlocal given
            for batch in super().batches(None):
                given += 1
                yield batch

    with pytest.raises(Stopped):
        examine(Counting(pa.table({"a": list(range(1000))}), 10), progress=stop)
    assert given < 20


def test_the_engine_starts_without_django_pandas_and_scipy() -> None:
    code = (
        "import sys, dataquality.engine, dataquality.frames, dataquality.suites; "
        "print([name for name in ('django', 'pandas', 'scipy', 'registry') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("rows", "group", "expected"),
    [
        (250_000, 250_000, [83_334, 83_334, 83_332]),
        (100_001, 100_001, [50_001, 50_000]),
        (99_999, 50_000, [99_999]),
        (7, 7, [7]),
        (0, 7, []),
    ],
)
def test_rows_come_in_even_batches(rows: int, group: int, expected: list[int], tmp_path: Path) -> None:
    """S3-32: as many batches as it takes, none of a few rows, each row once and in its order."""
    table = pa.table({"it": np.arange(rows)})
    pq.write_table(table, tmp_path / "it.parquet", row_group_size=group)
    with (tmp_path / "it.parquet").open("rb") as file:
        batches = list(parquet_batches(file))
    assert [len(batch) for batch in batches] == expected
    assert pa.Table.from_batches(batches, table.schema) == table
