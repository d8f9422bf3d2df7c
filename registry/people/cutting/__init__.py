"""Writing a table anew without some of its rows; every other byte of a text stays as it was."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from modelops.lib.errors import Conflict

from . import parquet, text

Masks = Callable[[], Iterator[NDArray[np.bool_]]]
Write = Callable[[bytes], None]
_Cut = Callable[[BinaryIO, Mapping[str, Any], Masks, Write], None]

_CUTS: Final[dict[str, _Cut]] = {"csv": text.cut_delimited, "jsonl": text.cut_lines, "parquet": parquet.cut}


def cut(file_format: str, file: BinaryIO, reading: Mapping[str, Any], masks: Masks, write: Write) -> None:
    """Write ``file`` without the rows that are True in ``masks()``, whose pieces follow the rows of the file.

    Raises Conflict for a format that nothing here can write.
    """
    way = _CUTS.get(file_format)
    if way is None:
        raise Conflict(
            f"Rows cannot be taken out of a file of the format {file_format!r}; delete the version instead.",
            code="rows.format_unknown",
        )
    way(file, reading, masks, write)
