"""Which type the cells of a text column share."""

import pyarrow as pa
import pyarrow.compute as compute

_INTEGER, _FLOAT, _TEXT = pa.int64(), pa.float64(), pa.string()
_DATE, _TIME, _ZONED = pa.date32(), pa.timestamp("us"), pa.timestamp("us", "UTC")
# In the order in which a value is tried. Each cell of the earlier type of a pair below is a cell of the later one too.
_CANDIDATES = (_INTEGER, _FLOAT, pa.bool_(), _DATE, _TIME, _ZONED)
_FIRST = 64
_WIDER = {frozenset({_INTEGER, _FLOAT}): _FLOAT, frozenset({_DATE, _TIME}): _TIME}


def widened(so_far: pa.DataType, cells: pa.Array) -> pa.DataType:
    """The narrowest type that holds everything of type ``so_far`` and the text ``cells``."""
    if so_far == _TEXT or cells.null_count == len(cells):
        return so_far
    trimmed = compute.utf8_trim_whitespace(cells)
    if so_far != pa.null() and _holds(so_far, trimmed):
        return so_far
    found = next((each for each in _CANDIDATES if _holds(each, trimmed)), _TEXT)
    if so_far == pa.null():
        return found
    return _WIDER.get(frozenset({so_far, found}), _TEXT)


def _holds(kind: pa.DataType, cells: pa.Array) -> bool:
    try:
        # Arrow words a message for every cell that does not fit: the first cells spare most of them.
        for some in (cells.slice(0, _FIRST), cells):
            compute.cast(some, kind)
    except pa.ArrowInvalid:
        return False
    return True
