"""Tables that a walk reads: in memory, from pandas, or in a Parquet file that is no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .parquet import BATCH_ROWS, parquet_batches


class ArrowTable:
    """An Arrow table in memory, in batches of ``batch_rows``."""

    def __init__(self, table: pa.Table, batch_rows: int = BATCH_ROWS) -> None:
        self._table = table
        self._batch_rows = batch_rows
        self.rows: int = table.num_rows
        self.schema: pa.Schema = table.schema

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of the named columns in order."""
        chosen = self._table if names is None else self._table.select(list(names))
        yield from chosen.to_batches(max_chunksize=self._batch_rows)


def frame_table(frame: Any) -> ArrowTable:
    """A pandas DataFrame; its index is no column."""
    return ArrowTable(pa.Table.from_pandas(frame, preserve_index=False))


class ParquetTable:
    """A Parquet file in the clear."""

    def __init__(self, path: Path) -> None:
        self._path = path
        parquet = pq.ParquetFile(path)
        self.rows: int = parquet.metadata.num_rows
        self.schema: pa.Schema = parquet.schema_arrow

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of the named columns in order."""
        with self._path.open("rb") as file:
            yield from parquet_batches(file, None if names is None else list(names))
