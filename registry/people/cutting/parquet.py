"""Parquet: row group by row group, with the same types and compression."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .sink import Sink

if TYPE_CHECKING:
    from . import Masks, Write


def cut(file: BinaryIO, reading: Mapping[str, Any], masks: "Masks", write: "Write") -> None:
    """Write the row groups again without the rows that go."""
    source = pq.ParquetFile(pa.PythonFile(file, mode="r"))
    going = np.concatenate([np.zeros(0, dtype=np.bool_), *masks()])
    metadata = source.metadata
    compression = metadata.row_group(0).column(0).compression if metadata.num_row_groups else "SNAPPY"
    sink = pa.PythonFile(Sink(write), mode="w")
    with pq.ParquetWriter(sink, source.schema_arrow, compression=compression.replace("UNCOMPRESSED", "NONE")) as out:
        at = 0
        for number in range(metadata.num_row_groups):
            table = source.read_row_group(number)
            here = going[at : at + table.num_rows]
            at += table.num_rows
            kept = table.filter(pa.array(~here)) if here.any() else table
            if kept.num_rows:
                out.write_table(kept, row_group_size=kept.num_rows)
