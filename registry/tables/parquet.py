"""Apache Parquet."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from .base import BATCH_ROWS, TableFormat, check_names, pack_schema, table_formats, unreadable
from .unpacking import require_bounded

_MAGIC = b"PAR1"


@table_formats.register("parquet")
class Parquet(TableFormat):
    """The types stand in the file, so nothing is guessed."""

    label = "Parquet"

    def recognises(self, head: bytes, tail: bytes) -> bool:
        return head.startswith(_MAGIC)

    def inspect(self, file: BinaryIO) -> dict[str, Any]:
        parquet = _open(file)
        schema = parquet.schema_arrow
        check_names(schema.names)
        try:
            require_bounded(file, parquet)
        except (pa.ArrowException, OSError):
            raise unreadable("Parquet") from None
        return {"arrow_schema": pack_schema(schema)}

    def expect(self, file: BinaryIO) -> tuple[dict[str, Any], int] | None:
        return self.inspect(file), _open(file).metadata.num_rows

    def batches(
        self, file: BinaryIO, reading: Mapping[str, Any], columns: list[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        try:
            yield from _open(file).iter_batches(batch_size=BATCH_ROWS, columns=columns)
        except (pa.ArrowException, OSError):
            raise unreadable("Parquet") from None


def _open(file: BinaryIO) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(pa.PythonFile(file, mode="r"))
    except (pa.ArrowException, OSError):
        raise unreadable("Parquet") from None
