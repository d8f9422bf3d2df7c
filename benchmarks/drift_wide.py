"""A wide table: 1,000 columns of 300,000 rows against a reference of three million, on one core.

Twenty columns are written and each is read fifty times over: the work is that of a thousand, the disk need not hold
them. Nothing is prepared beforehand: a reference this large is read, sorted and counted again in each run.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from .drift import File, written
from .table import Table

WRITTEN, GOAL_S = 20, 180


class _Wide:
    """A file whose columns stand in the table many times under other names."""

    def __init__(self, path: Path, columns: int) -> None:
        self._file = File(path)
        self._own = {f"w{number}": f"n{number % WRITTEN}" for number in range(columns)}
        self.schema: Any = pa.schema([(name, pa.float64()) for name in self._own])

    def columns(self, names: list[str]) -> Iterator[tuple[str, Any]]:
        for name in names:
            yield name, next(self._file.columns([self._own[name]]))[1]


def measure(*, quick: bool = False) -> Table:
    """Columns decided per CPU second; the verdict on all of them is there when the last is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")
    from monitoring.drift.comparison import compare

    rows, columns = (30_000, 40) if quick else (3_000_000, 1000)
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            written(Path(folder) / f"{name}.parquet", seed, size, WRITTEN)
            for seed, (name, size) in enumerate((("reference", rows), ("current", rows // 10)))
        ]
        sides = [_Wide(path, columns) for path in paths]
        started, clock = time.process_time(), time.perf_counter()
        found = compare(*sides)
        used, passed = time.process_time() - started, time.perf_counter() - clock
    table = Table(
        f"Drift of {columns:,} columns, {rows // 10:,} rows against {rows:,}", "columns per CPU second", "portal"
    )
    table.figures["portal"] = columns / used
    drifted = sum(bool(feature.verdict and feature.verdict.drifted) for feature in found)
    table.notes["verdict"] = (
        f"{drifted} of {len(found)} drifted, after {used:.0f} CPU s, {passed:.0f} s by the clock; the goal: {GOAL_S} s"
    )
    return table
