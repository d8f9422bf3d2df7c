"""Parquet files that unpack to more than memory holds: refused before their pages are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modelops.lib.errors import Invalid

from .base import BATCH_ROWS

MOST_BYTES = 512 * 1024 * 1024  # of texts that one batch of rows may unpack to
_FEW_ROWS, _FEW_BYTES = 64, 64 * 1024 * 1024  # at once where each row may have a long text of its own
LONGEST_FIELD = 16 * 1024 * 1024  # on average of a column chunk: whole files and pictures, and no table


def require_bounded(file: BinaryIO, parquet: pq.ParquetFile) -> None:
    """Refuse a file of which one batch of rows does not fit into memory. Raises Invalid.

    A page of a kilobyte can name one text of a megabyte a hundred thousand times, or hold a million bytes that are all
    the same. Mostly the longest text of each dictionary and the sizes in the footer tell that none does; else the texts
    are read as places in their dictionary, which is as small as the file, or a few rows at once where the pages
    themselves are large, and their lengths are added up.
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
        if chunk.total_uncompressed_size * BATCH_ROWS > MOST_BYTES:
            suspects.add(name)
    names = sorted(suspects)
    if not names:
        return
    coded = pq.ParquetFile(pa.PythonFile(file, mode="r"), metadata=parquet.metadata, read_dictionary=names)
    found = [_longest_and_held(coded, name) for name in names]
    longest, held = sum(each for each, _ in found), sum(each for _, each in found)
    if longest * BATCH_ROWS + held <= MOST_BYTES:
        return
    if held <= MOST_BYTES:
        batches = coded.iter_batches(batch_size=BATCH_ROWS, columns=names)
    else:  # too much for a dictionary as well
        few = max(1, min(_FEW_ROWS, _FEW_BYTES // max(1, longest)))
        batches = parquet.iter_batches(batch_size=few, columns=names)
    rows = size = 0
    for batch in batches:
        size += sum(unpacked(column) for column in batch.columns)
        rows += batch.num_rows
        if size > MOST_BYTES:
            raise Invalid(
                f"The file unpacks to {size:,} bytes in {rows:,} rows; at most {MOST_BYTES:,} are taken. "
                "Shorten the texts or keep them in files of their own.",
                code="dataset.unpacks_too_far",
                field="file",
            )
        if rows >= BATCH_ROWS:
            rows = size = 0


def _texts(metadata: pq.FileMetaData) -> Iterator[tuple[str, pq.ColumnChunkMetaData]]:
    """The chunks of text and byte columns that are no part of a nested one."""
    for group in range(metadata.num_row_groups):
        yield from _texts_of(metadata.row_group(group))


def _texts_of(group: pq.RowGroupMetaData) -> Iterator[tuple[str, pq.ColumnChunkMetaData]]:
    for place in range(group.num_columns):
        chunk = group.column(place)
        if chunk.physical_type == "BYTE_ARRAY" and "." not in chunk.path_in_schema:
            yield chunk.path_in_schema, chunk


def _longest_and_held(coded: pq.ParquetFile, name: str) -> tuple[int, int]:
    """The length of the longest text that rows name by its place, and the most bytes that pages of a batch hold."""
    longest, stored = 0, []
    for group in range(coded.metadata.num_row_groups):
        found = coded.metadata.row_group(group)
        sizes = [each.total_uncompressed_size for column, each in _texts_of(found) if column == name]
        stored.append((found.num_rows, sum(sizes)))
        # A dictionary stands before the rows, so the first of them comes with all of it.
        for batch in islice(coded.iter_batches(batch_size=1, row_groups=[group], columns=[name]), 1):
            texts = batch.column(0)
            texts = texts.dictionary if pa.types.is_dictionary(texts.type) else texts
            longest = max(longest, pc.max(pc.binary_length(texts)).as_py() or 0)
    return int(longest), _most_together(stored)


def _most_together(stored: list[tuple[int, int]]) -> int:
    """The most bytes in row groups, each (rows, bytes), that one batch can have rows of."""
    most = together = between = first = 0
    for last, (_, size) in enumerate(stored):
        together += size
        if last > first + 1:
            between += stored[last - 1][0]
        while between >= BATCH_ROWS:  # the batch ends before it gets from the first to the last
            together -= stored[first][1]
            first += 1
            between -= stored[first][0]
        most = max(most, together)
    return most


def unpacked(column: pa.Array) -> int:
    """How many bytes the values take when each stands for itself."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    longest = pc.max(lengths).as_py() or 0
    if longest * 64 * BATCH_ROWS <= MOST_BYTES:  # so short that it does not matter which they are
        return int(longest * len(column))
    return int(pc.sum(pc.cast(lengths, pa.int64()).take(column.indices)).as_py() or 0)
