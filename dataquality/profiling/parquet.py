"""Parquet in batches of bounded size, texts of few values as places in a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from modelops.lib.cores import cores
from modelops.lib.errors import Invalid

# Somewhat less than a power of two: Arrow makes room for so many rows, and for the whole page that the last of them are
# in; where both are more than such a power it moves the column to a place of twice the size.
BATCH_ROWS = 100_000
BATCH_CELLS = 4_000_000  # of a very wide table fewer rows are in memory at once
# A column that takes fewer bytes a value than this holds few distinct texts: they are read as places in a dictionary.
CODED_BYTES = 6
# Columns are read one after the other where a piece of one is this large; a sealed file is opened 1 MiB at a time.
PIECE_BYTES = 1024 * 1024
GROUP_ROWS = 262_144
GROUP_BYTES = 64 * 1024 * 1024
FEW_CORES = 2  # up to so many, one decodes while the others measure: its threads would only get in their way


def parquet_batches(file: BinaryIO, names: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file; texts of few values come as dictionaries. Raises Invalid for a damaged file."""
    source = pa.PythonFile(file, mode="r")
    with _readable():
        parquet = pq.ParquetFile(source)
        coded = [name for name in _coded(parquet) if names is None or name in names]
        if coded:
            parquet = pq.ParquetFile(source, metadata=parquet.metadata, read_dictionary=coded)
        most = max(256, min(BATCH_ROWS, BATCH_CELLS // max(1, parquet.metadata.num_columns)))
        is_wide = cores() > FEW_CORES
        for groups in _together(parquet.metadata):
            rows = _evenly(sum(parquet.metadata.row_group(group).num_rows for group in groups), most)
            for batch in parquet.iter_batches(batch_size=rows, row_groups=groups, columns=names, use_threads=is_wide):
                yield batch if names is None else batch.select(names)


def _evenly(rows: int, most: int) -> int:
    """Rows of a batch when ``rows`` come in as many batches as it takes of at most ``most``: none of a few rows."""
    return max(1, -(-rows // max(1, -(-rows // most))))


def _together(metadata: pq.FileMetaData) -> Iterator[list[int]]:
    """Row groups that are read at once: Arrow holds the bytes of all that it is given, so small ones alone share."""
    together: list[int] = []
    rows = size = 0
    for place in range(metadata.num_row_groups):
        group = metadata.row_group(place)
        if together and (rows + group.num_rows > GROUP_ROWS or size + group.total_byte_size > GROUP_BYTES):
            yield together
            together, rows, size = [], 0, 0
        together.append(place)
        rows, size = rows + group.num_rows, size + group.total_byte_size
    if together:
        yield together


def parquet_arrays(file: BinaryIO, names: Sequence[str]) -> Iterator[tuple[str, Iterator[pa.Array]]] | None:
    """Each column by itself, decoded a row group at a time; None where that would read the same bytes again and again.

    Raises Invalid for a damaged file.
    """
    source = pa.PythonFile(file, mode="r")
    with _readable():
        parquet = pq.ParquetFile(source)
        metadata = parquet.metadata
        parts = metadata.num_row_groups * metadata.num_columns
        stored = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
        if not parts or stored < PIECE_BYTES * parts or metadata.num_columns != len(parquet.schema_arrow):
            return None
        parquet = pq.ParquetFile(source, metadata=metadata, read_dictionary=_coded(parquet))
    return ((name, _row_groups(parquet, name)) for name in names)


def _row_groups(parquet: pq.ParquetFile, name: str) -> Iterator[pa.Array]:
    for group in range(parquet.metadata.num_row_groups):
        with _readable():
            column = parquet.read_row_group(group, [name]).column(0)
        yield from column.chunks or [pa.array([], column.type)]


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
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
