"""Parquet in batches of bounded size, texts of few values as places in a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from modelops.lib.errors import Invalid

BATCH_ROWS = 65_536
BATCH_CELLS = 4_000_000  # of a very wide table fewer rows are in memory at once
# A column that takes fewer bytes a value than this holds few distinct texts: they are read as places in a dictionary.
CODED_BYTES = 6


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
