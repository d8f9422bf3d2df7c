"""Apache Arrow as a file (Feather) or as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.ipc as ipc

from modelops.lib.errors import Invalid

from .arrow_messages import Malformed, claims
from .base import BATCH_ROWS, TableFormat, check_names, pack_schema, table_formats, unreadable
from .unpacking import MOST_BYTES, unpacked

_FILE: Final = b"ARROW1\x00\x00"
_STREAM: Final = b"\xff\xff\xff\xff"
# A value of any type takes a bit at least; types without buffers would let a message claim rows that it does not hold.
_ROWS_A_BYTE: Final = 8
_SPARE_ROWS: Final = 64


@table_formats.register("arrow")
class ArrowIPC(TableFormat):
    """Batches as Arrow has them in memory. A file is a stream between two marks, and is read as that stream."""

    label = "Arrow"

    def recognises(self, head: bytes, tail: bytes) -> bool:
        return head.startswith((_FILE, _STREAM))

    def inspect(self, file: BinaryIO) -> dict[str, Any]:
        start = _start(file)
        dictionaries = 0  # all of them stay in memory while the rows are read
        try:
            for claim in claims(file, start):
                dictionaries += claim.unpacked if claim.is_dictionary else 0
                if max(claim.unpacked, dictionaries) > MOST_BYTES:
                    raise _too_large(claim.unpacked, claim.rows)
                if not claim.is_dictionary and claim.rows > _ROWS_A_BYTE * claim.unpacked + _SPARE_ROWS:
                    raise Invalid(
                        f"A batch of the file says that it has {claim.rows:,} rows and holds {claim.unpacked:,} bytes. "
                        "Leave out columns without values and write the file again.",
                        code="dataset.row_count",
                        field="file",
                    )
        except Malformed:
            raise unreadable("Arrow") from None
        schema = _opened(file).schema
        check_names(schema.names)
        for field in schema:
            _require_plain(field)
        return {"arrow_schema": pack_schema(schema)}

    def batches(
        self, file: BinaryIO, reading: Mapping[str, Any], columns: list[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        reader = _opened(file, columns)
        while True:
            try:
                batch = reader.read_next_batch()
                batch.validate(full=True)  # offsets that lead out of their buffers
            except StopIteration:
                return
            except (pa.ArrowException, OSError):
                raise unreadable("Arrow") from None
            for start in range(0, batch.num_rows, BATCH_ROWS):
                piece = batch.slice(start, BATCH_ROWS)
                size = sum(unpacked(column) for column in piece.columns if _is_coded_text(column.type))
                if size > MOST_BYTES:
                    raise _too_large(size, piece.num_rows)
                yield piece


def _start(file: BinaryIO) -> int:
    file.seek(0)
    return len(_FILE) if file.read(len(_FILE)) == _FILE else 0


def _opened(file: BinaryIO, columns: list[str] | None = None) -> ipc.RecordBatchStreamReader:
    start = _start(file)
    file.seek(start)
    try:
        source = pa.PythonFile(file, mode="r")
        if columns is None:
            return ipc.open_stream(source)
        names = ipc.open_stream(source).schema.names
        file.seek(start)
        wanted = sorted(names.index(name) for name in columns)
        return ipc.open_stream(pa.PythonFile(file, mode="r"), options=ipc.IpcReadOptions(included_fields=wanted))
    except (pa.ArrowException, OSError):
        raise unreadable("Arrow") from None


def _is_coded_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind)) and _is_bytes(kind.value_type)


def _is_bytes(kind: pa.DataType) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(test(kind) for test in tests)


def _require_plain(field: pa.Field[Any]) -> None:
    """Refuse types whose values unpack without end; a dictionary stands for a column, not inside of one."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    inner = [kind]
    while inner:
        each = inner.pop()
        if pa.types.is_dictionary(each) or pa.types.is_run_end_encoded(each) or pa.types.is_union(each):
            raise Invalid(
                f"Column {field.name!r} is of the type {str(field.type)[:100]}, which is not read here. Write it as "
                "plain values or as Parquet.",
                code="dataset.unsupported_type",
                field="file",
            )
        inner += [each.field(place).type for place in range(each.num_fields)]


def _too_large(size: int, rows: int) -> Invalid:
    return Invalid(
        f"{rows:,} rows of the file unpack to {size:,} bytes at once; at most {MOST_BYTES:,} are taken. Write it in "
        "smaller batches, or keep long texts in files of their own.",
        code="dataset.unpacks_too_far",
        field="file",
    )
