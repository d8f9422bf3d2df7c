"""A dataset version as what a run walks through: decrypted in memory, a batch of rows at a time, never on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from modelops.lib.errors import Invalid
from registry.artifacts.access import open_artifact
from registry.frames import open_table

if TYPE_CHECKING:
    from registry.models import DatasetVersion

# Each group of columns is one pass over the file, and a file of separated values is parsed whole in each pass: groups
# are as large as half a gigabyte allows. A cell is taken for 16 bytes: a number with its mask, or a short text.
GROUP_BYTES = 512 * 1024 * 1024
CELL_BYTES = 16
BATCH_ROWS = 65_536
BATCH_CELLS = 4_000_000  # of a very wide table fewer rows are in memory at once
# A column that takes fewer bytes a value than this holds few distinct texts: they are read as places in a dictionary.
CODED_BYTES = 6


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


def parquet_batches(file: BinaryIO, names: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file; texts of few values come as dictionaries. Raises Invalid for a damaged file."""
    source = pa.PythonFile(file, mode="r")
    try:
        parquet = pq.ParquetFile(source)
        coded = [name for name in _coded(parquet) if names is None or name in names]
        if coded:
            parquet = pq.ParquetFile(source, metadata=parquet.metadata, read_dictionary=coded)
        rows = max(256, min(BATCH_ROWS, BATCH_CELLS // max(1, parquet.metadata.num_columns)))
        for batch in parquet.iter_batches(batch_size=rows, columns=names, use_threads=True):
            yield batch if names is None else batch.select(names)
    except (pa.ArrowException, OSError):
        raise Invalid(
            "The file cannot be read as Parquet. It may be cut off or damaged; write it again and upload that.",
            code="dataset.unreadable",
            field="file",
        ) from None


def _coded(parquet: pq.ParquetFile) -> list[str]:
    """Text columns that the file holds as places in a small dictionary."""
    metadata = parquet.metadata
    if not metadata.num_row_groups:
        return []
    group = metadata.row_group(0)
    names = []
    for place in range(group.num_columns):
        column = group.column(place)
        small = column.total_uncompressed_size < CODED_BYTES * max(1, column.num_values)
        if column.physical_type == "BYTE_ARRAY" and "." not in column.path_in_schema and small:
            names.append(column.path_in_schema)
    return names
