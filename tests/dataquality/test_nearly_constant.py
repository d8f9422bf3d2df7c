"""A value that nearly makes up its column is found wherever it begins; where none can, nothing is read twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dataquality.profiling.tables import ArrowTable
from dataquality.profiling.walk import NEARLY, Walk

ROWS = 40_000
RANDOM = np.random.default_rng(2013)


class Counted(ArrowTable):
    """Tells how often it was read."""

    looks = 0

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        self.looks += 1
        return super().batches(names)


def columns(share: float, *, late: bool) -> dict[str, Any]:
    """Columns of every fixed width of which one value makes up ``share``, all others at the beginning if ``late``."""
    rare = np.arange(ROWS) >= share * ROWS if not late else np.arange(ROWS) < (1 - share) * ROWS
    rare = rare if late else RANDOM.permutation(rare)
    days = np.where(rare, np.datetime64("2013-01-01", "us"), np.datetime64("2014-01-01", "us"))
    return {
        "yes": pa.array(~rare),
        "no": pa.array(rare, mask=RANDOM.random(ROWS) < 0.1),
        "at": pa.array(days),
        "huge": pa.array(np.where(rare, 2**60 + 1, 2**60)),
        "number": pa.array(np.where(rare, 1.5, 0.0)),
    }


@pytest.mark.parametrize("batch_rows", [100, 997, 10_000])
@pytest.mark.parametrize("late", [False, True])
def test_a_value_that_nearly_makes_up_its_column_is_counted(batch_rows: int, late: bool) -> None:
    """S3-31, S3-32: what the first rows hold does not hide it."""
    table = pa.table(columns(0.995, late=late))
    for profile in Walk(ArrowTable(table, batch_rows)).run().profiles:
        counts = table[profile.name].drop_null().value_counts().field("counts").to_numpy()
        assert profile.most == counts.max(), profile.name
        assert profile.most / profile.present >= NEARLY


@pytest.mark.parametrize("batch_rows", [50, 997, 10_000])
@pytest.mark.parametrize("share", [0.55, 0.7, 0.9, 0.97])
def test_a_column_of_which_no_value_is_nearly_all_is_read_once(batch_rows: int, share: float) -> None:
    """S3-31: another pass parses a file of separated values whole."""
    table = Counted(pa.table(columns(share, late=False)).drop(["number"]), batch_rows)
    for profile in Walk(table).run().profiles:
        assert profile.most / profile.present < NEARLY
    assert table.looks == 1
