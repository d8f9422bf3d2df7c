"""A dataset version as what a run walks through: decrypted in memory, a batch of rows at a time, never on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from registry.artifacts.access import open_artifact
from registry.frames import open_table

from .profiling.parquet import parquet_arrays, parquet_batches

if TYPE_CHECKING:
    from registry.models import DatasetVersion

# Each group of columns is one pass over the file, and a file of separated values is parsed whole in each pass: groups
# are as large as half a gigabyte allows. A cell is taken for 16 bytes: a number with its mask, or a short text.
GROUP_BYTES = 512 * 1024 * 1024
CELL_BYTES = 16


class SealedTable:
    """The table in ``version``."""

    def __init__(self, version: DatasetVersion) -> None:
        self._version = version
        self._frame = open_table(version)
        self.rows: int = self._frame.rows
        self.schema: pa.Schema = self._frame.schema
        self.names: list[str] = list(self.schema.names)

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of the named columns (all of them for None), in the order of the file."""
        wanted = None if names is None else list(names)
        if self._version.file_format == "parquet":
            with open_artifact(self._version.artifact) as file:
                yield from parquet_batches(file, wanted)
        else:
            yield from self._frame.batches(wanted)

    def columns(self, names: Sequence[str] | None = None) -> Iterator[tuple[str, pa.ChunkedArray]]:
        """The named columns (all of them for None) with all their values; a group of them is in memory at once."""
        wanted = self.names if names is None else list(names)
        size = max(1, GROUP_BYTES // (CELL_BYTES * max(1, self.rows)))
        for start in range(0, len(wanted), size):
            group = wanted[start : start + size]
            table = self._frame.read(group)
            for name in group:
                yield name, table.column(name)

    def arrays(self, names: Sequence[str]) -> Iterator[tuple[str, Iterator[pa.Array]]]:
        """The named columns, each array by array as it is decoded: what is looked at at once is still in the cache."""
        if self._version.file_format == "parquet":
            with open_artifact(self._version.artifact) as file:
                if (decoded := parquet_arrays(file, names)) is not None:
                    yield from decoded
                    return
        for name, column in self.columns(names):
            yield name, iter(column.chunks or [pa.array([], column.type)])
