"""Writing a table anew without some of its rows; every other byte of a text stays as it was."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from modelops.lib.errors import Conflict
from registry.tables import table_formats
from registry.tables.parts import parts_of
from registry.zip_stream import zip_pieces

from . import arrow, parquet, text

Masks = Callable[[], Iterator[NDArray[np.bool_]]]
Write = Callable[[bytes], None]
_Cut = Callable[[BinaryIO, Mapping[str, Any], Masks, Write], None]

_CUTS: Final[dict[str, _Cut]] = {
    "csv": text.cut_delimited,
    "jsonl": text.cut_lines,
    "parquet": parquet.cut,
    "arrow": arrow.cut,
}


def cut(file_format: str, file: BinaryIO, reading: Mapping[str, Any], masks: Masks, write: Write) -> None:
    """Write ``file`` without the rows that are True in ``masks()``, whose pieces follow the rows of the file.

    Raises Conflict for a format that nothing here can write.
    """
    if file_format == "parts":
        _cut_parts(file, reading, masks, write)
        return
    way = _CUTS.get(file_format)
    if way is None:
        raise Conflict(
            f"Rows cannot be taken out of a file of the format {file_format!r}; delete the version instead.",
            code="rows.format_unknown",
        )
    way(file, reading, masks, write)


def _cut_parts(file: BinaryIO, reading: Mapping[str, Any], masks: Masks, write: Write) -> None:
    """Each part without its rows, in a new archive with the same paths."""
    going = np.concatenate([np.zeros(0, dtype=np.bool_), *masks()])

    def files() -> Iterator[tuple[str, Iterator[bytes]]]:
        at = 0
        for path, part, own in parts_of(file, reading):
            rows = sum(batch.num_rows for batch in table_formats.get(reading["format"])().batches(part, own))
            here = going[at : at + rows]
            at += rows
            pieces: list[bytes] = []
            cut(reading["format"], part, own, lambda here=here: iter([here]), pieces.append)  # type: ignore[misc]
            yield path, iter(pieces)

    for piece in zip_pieces(files()):
        write(piece)
