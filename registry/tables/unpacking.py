"""Parquet files that unpack to more than memory holds: refused before their pages are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelops.lib.errors import Invalid

from .base import BATCH_ROWS

MOST_BYTES = 512 * 1024 * 1024  # of texts that one batch of rows may unpack to
LONGEST_FIELD = 16 * 1024 * 1024  # on average of a column chunk: whole files and pictures, and no table


def require_bounded(file: BinaryIO, parquet: pq.ParquetFile) -> None:
    """Refuse a file of which one batch of rows does not fit into memory. Raises Invalid.

    A page of a kilobyte can name one text of a megabyte a hundred thousand times. The texts are read as places in
    their dictionary, which is as small as the file, and their lengths are added up.
    """
    suspects = set()
    for name, chunk in _texts(parquet.metadata):
        if chunk.total_uncompressed_size > LONGEST_FIELD * max(1, chunk.num_values):
            raise Invalid(
                f"The column {name!r} holds values of {chunk.total_uncompressed_size // max(1, chunk.num_values):,} "
                f"bytes on average; at most {LONGEST_FIELD:,} are taken. Keep such values in files of their own and "
                "name these in the table.",
                code="dataset.field_too_long",
                field="file",
            )
        if chunk.has_dictionary_page and chunk.total_uncompressed_size * BATCH_ROWS > MOST_BYTES:
            suspects.add(name)
    names = sorted(suspects)
    if not names:
        return
    coded = pq.ParquetFile(pa.PythonFile(file, mode="r"), metadata=parquet.metadata, read_dictionary=names)
    for batch in coded.iter_batches(batch_size=BATCH_ROWS, columns=names):
        size = sum(unpacked(column) for column in batch.columns)
        if size > MOST_BYTES:
            raise Invalid(
                f"The file unpacks to {size:,} bytes in {batch.num_rows:,} rows; at most {MOST_BYTES:,} are taken. "
                "Shorten the texts or keep them in files of their own.",
                code="dataset.unpacks_too_far",
                field="file",
            )


def _texts(metadata: pq.FileMetaData) -> Iterator[tuple[str, pq.ColumnChunkMetaData]]:
    """The chunks of text and byte columns that are no part of a nested one."""
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            if chunk.physical_type == "BYTE_ARRAY" and "." not in chunk.path_in_schema:
                yield chunk.path_in_schema, chunk


def unpacked(column: pa.Array) -> int:
    """How many bytes the values take when each stands for itself."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    longest = pc.max(lengths).as_py() or 0
    if longest * len(column) <= MOST_BYTES // 64:
        return int(longest * len(column))
    return int(pc.sum(pc.cast(lengths, pa.int64()).take(column.indices)).as_py() or 0)
