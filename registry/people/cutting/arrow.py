"""Arrow, batch by batch, as a stream with the same types."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from registry.tables import table_formats
from registry.tables.base import unpack_schema

from .sink import Sink

if TYPE_CHECKING:
    from . import Masks, Write


def cut(file: BinaryIO, reading: Mapping[str, Any], masks: "Masks", write: "Write") -> None:
    """Write the batches again without the rows that go."""
    going = np.concatenate([np.zeros(0, dtype=np.bool_), *masks()])
    options = ipc.IpcWriteOptions(compression="lz4")
    schema = unpack_schema(reading["arrow_schema"])
    at = 0
    with ipc.new_stream(pa.PythonFile(Sink(write), mode="w"), schema, options=options) as out:
        for batch in table_formats.get("arrow")().batches(file, reading):
            kept = batch.filter(pa.array(~going[at : at + batch.num_rows]))
            at += batch.num_rows
            if kept.num_rows:
                columns = [_coded_anew(column) for column in kept.columns]
                out.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _coded_anew(column: pa.Array) -> pa.Array:
    """A dictionary keeps the values of rows that went; the new one holds those of the rows that stay."""
    if not pa.types.is_dictionary(column.type):
        return column
    return column.dictionary_decode().dictionary_encode().cast(column.type)
