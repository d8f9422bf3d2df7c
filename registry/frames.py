"""Reading a dataset version as Arrow columns and batches, decrypted in memory only.

    frame = open_table(version)
    frame.rows, [column.name for column in frame.columns]
    for batch in frame.batches(["dep_delay", "arr_delay"]):   # pyarrow.RecordBatch, in the order of the file
        ...
    delays = frame.read_column("dep_delay")                   # pyarrow.ChunkedArray

Nothing is kept between two calls: each opens the sealed file anew, so a frame may be shared between threads. A CSV file
is parsed whole for each call; ask for all the columns you need at once.
"""

from collections.abc import Iterator

import pyarrow as pa

from modelops.lib.errors import NotFound
from registry.artifacts.access import open_artifact
from registry.models import DatasetVersion
from registry.tables import Column, table_formats
from registry.tables.base import unpack_schema


class Frame:
    """The table in a dataset version."""

    def __init__(self, version: DatasetVersion) -> None:
        self._version = version
        self._format = table_formats.get(version.file_format)()
        self.rows: int = version.rows
        self.columns: list[Column] = [Column(**column) for column in version.schema]
        self.schema: pa.Schema = unpack_schema(version.reading["arrow_schema"])

    def batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of ``columns`` (all of them for None) in batches of bounded size, in the order of the file.

        Raises NotFound for an unknown column, DecryptionFailed when the stored file is not what was stored.
        """
        for name in columns or []:
            if name not in self.schema.names:
                raise NotFound(f"{self._version} has no column {name!r}.", code="column.not_found", field="column")
        with open_artifact(self._version.artifact) as file:
            for batch in self._format.batches(file, self._version.reading, columns):
                # Parquet gives columns in the order of the file, whatever order was asked for.
                yield batch if columns is None else batch.select(columns)

    def read(self, columns: list[str] | None = None) -> pa.Table:
        """The rows of ``columns`` as one table in memory."""
        schema = self.schema if columns is None else pa.schema([self.schema.field(name) for name in columns])
        return pa.Table.from_batches(self.batches(columns), schema=schema)

    def read_column(self, name: str) -> pa.ChunkedArray:
        """One column in memory."""
        batches = [batch.column(0) for batch in self.batches([name])]
        return pa.chunked_array(batches, type=self.schema.field(name).type)


def open_table(version: DatasetVersion) -> Frame:
    """The table in ``version``; nothing is read until rows are asked for."""
    return Frame(version)
