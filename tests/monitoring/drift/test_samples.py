"""Columns that come array by array are compared as if they had come whole (S3-46)."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataquality.profiling.parquet import PIECE_BYTES, parquet_arrays
from modelops.lib.errors import Invalid
from monitoring.drift.comparison import compare
from tests.monitoring.drift.adversaries import pair
from tests.monitoring.test_drift_comparison import ArrowTable


class Arriving(ArrowTable):
    """The same columns cut at given places, each array only once."""

    def __init__(self, cuts: list[int], **columns: object) -> None:
        super().__init__(**columns)
        self._cuts = [0, *sorted(cuts), len(self._table)]

    def arrays(self, names: list[str]) -> Any:
        ends = list(zip(self._cuts, self._cuts[1:], strict=False))
        for name in names:
            column = self._table[name].combine_chunks()
            whole = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
            yield name, (whole.slice(start, stop - start) for start, stop in ends)


def told(feature: Any) -> list[Any]:
    return [
        feature.name, feature.reason, feature.drift, feature.verdict, feature.method, feature.measures, feature.profile
    ]  # fmt: skip


def test_adversarial_columns_give_the_same_however_they_are_cut() -> None:
    """S3-46: also with nothing in an array, and with whole numbers of which only one array is beyond signed ones."""
    random = np.random.default_rng(8)
    for case in range(120):
        one, other = pair(random, 400 if case % 20 else 60_000)
        cuts = random.integers(0, len(other) + 1, int(random.integers(0, 5))).tolist()
        whole, cut = (compare(ArrowTable(x=one), current) for current in (ArrowTable(x=other), Arriving(cuts, x=other)))
        assert str(told(cut[0])) == str(told(whole[0])), case


def test_all_kinds_of_columns_give_the_same_however_they_are_cut() -> None:
    """S3-46: decimals, half floats, codes of texts, nulls, and a column that has none left."""
    random = np.random.default_rng(9)
    count = 500
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    columns = {
        "decimal": pa.array([Decimal(int(number)) / 100 for number in random.integers(0, 999, count)]),
        "half": pa.array(random.normal(size=count).astype(np.float16)),
        "unsigned": pa.array([*range(count - 1), 2**63 + 5], pa.uint64()),
        "text": pa.array(random.choice(["a", "b", "c"], count)),
        "coded": pa.array(random.choice(["a", "b", "c"], count)).dictionary_encode(),
        "yes": pa.array(random.random(count) < 0.5),
        "holes": pa.array(np.where(random.random(count) < 0.2, None, 1.5)),
        "when": pa.array([now] * count),
    }
    gone = {**columns, "half": pa.nulls(count, pa.float16()), "text": pa.nulls(count, pa.string())}
    for current in (columns, gone):
        whole = compare(ArrowTable(**columns), ArrowTable(**current))
        cut = compare(ArrowTable(**columns), Arriving([0, 100, 100, 333], **current))
        assert [str(told(feature)) for feature in cut] == [str(told(feature)) for feature in whole]
    assert {feature.name: feature.method for feature in cut if not feature.reason}["half"] == "nulls"


def packed(table: pa.Table, rows: int) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=rows)
    file.seek(0)
    return file


def test_large_columns_of_parquet_come_a_row_group_at_a_time() -> None:
    """S3-46: as they lie in the file; where the pieces of a column are small, one pass takes many columns."""
    random = np.random.default_rng(10)
    rows = PIECE_BYTES // 4
    table = pa.table({"b": random.normal(size=rows), "a": random.normal(size=rows)})
    found = parquet_arrays(packed(table, rows // 2), ["a", "b"])
    assert found is not None
    arrays = {name: list(column) for name, column in found}
    assert {name: [len(array) for array in column] for name, column in arrays.items()} == {
        "a": [rows // 2] * 2, "b": [rows // 2] * 2
    }  # fmt: skip
    assert all(pa.chunked_array(column) == table[name] for name, column in arrays.items())
    assert parquet_arrays(packed(table, rows // 8), ["a", "b"]) is None
    nested = table.append_column("c", pa.array([{"d": 1, "e": 2}] * rows))
    assert parquet_arrays(packed(nested, rows), ["a"]) is None
    assert parquet_arrays(packed(table.slice(0, 0), 1), ["a"]) is None


def test_a_damaged_row_group_is_an_unreadable_file() -> None:
    """S3-46: whichever array of whichever column it is met in."""
    file = packed(pa.table({"a": np.random.default_rng(1).normal(size=PIECE_BYTES // 8)}), PIECE_BYTES)
    data = bytearray(file.getvalue())
    data[4:4096] = b"\xff" * 4092
    [(_, column)] = parquet_arrays(io.BytesIO(bytes(data)), ["a"]) or []
    with pytest.raises(Invalid, match="damaged"):
        list(column)
