"""What a text reads as: a number, a day, nothing at all. Patterns (RE2 inside Arrow) run in linear time.

Most texts are told apart by their first and last bytes, which numpy looks at for all rows at once; only the others go
through a pattern.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dataquality.forms_of_text import is_broken, is_in_calendar, reads_as_date, reads_as_number

from .cells import spans
from .kinds import Mask

BLANK, NUMBER, DATE, NO_DAY, BROKEN, FORMULA = 1, 2, 4, 8, 16, 32
CLASSES = 64
_WHITE = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "


def _table(allowed: bytes) -> Mask:
    table = np.zeros(256, dtype=bool)
    table[list(allowed)] = True
    return table


_DIGITS = b"0123456789"
_ENDS_NUMBER = _table(_DIGITS + b"." + _WHITE)
_DIGIT = _table(_DIGITS)
_CONTROL = _table(bytes(set(range(32)) - {9, 10, 13}) + b"\x7f")
_REPLACEMENT = "\ufffd".encode()
# What a text may be by its first byte, as a sum of the bits above. + and - begin numbers and telephone numbers as well.
_MAY_BE = (
    _table(_WHITE + b"\xc2\xe1\xe2\xe3") * np.uint8(BLANK)
    + _table(_DIGITS + b"+-." + _WHITE) * np.uint8(NUMBER)
    + _table(_DIGITS + _WHITE) * np.uint8(DATE)
    + _table(b"=@") * np.uint8(FORMULA)
)
SHORTEST_DAY = 8  # "2013-1-1"


def classes_of(texts: pa.Array) -> NDArray[np.uint8]:
    """The classes of each text as a sum of bits; null and empty texts are blank."""
    count = len(texts)
    found = np.zeros(count, dtype=np.uint8)
    if not count:
        return found
    data, offsets = spans(texts)
    sizes = np.diff(offsets)
    if not len(data):
        found[:] = BLANK
        return found
    empty = np.flatnonzero(sizes == 0)
    starts = offsets[:-1]
    if len(empty):
        starts = starts.copy()
        starts[empty] = 0
    likely = _MAY_BE[data[starts]]
    likely[empty] = BLANK
    possible = int(np.bitwise_or.reduce(likely))
    if possible & FORMULA:
        found |= likely & np.uint8(FORMULA)
    if possible & BLANK:
        rows = np.flatnonzero(likely & BLANK)
        blank = rows[_test(texts, rows, _is_blank)]
        found[blank] = BLANK
        likely[blank] = 0
    if possible & NUMBER:
        rows = np.flatnonzero(likely & NUMBER)
        rows = rows[_ENDS_NUMBER[data[offsets[1:][rows] - 1]]]
        found[rows[_test(texts, rows, reads_as_number)]] |= NUMBER
    if possible & DATE:
        rows = np.flatnonzero(likely & DATE)
        rows = rows[sizes[rows] >= SHORTEST_DAY]
        begins = starts[rows]
        rows = rows[(data[begins + 4] == ord("-")) | ~_DIGIT[data[begins]]]
        days = rows[_test(texts, rows, reads_as_date)]
        found[days] |= DATE
        found[days[~_test(texts, days, is_in_calendar)]] |= NO_DAY
    if _may_be_broken(data):
        rows = np.flatnonzero(sizes)
        found[rows[_test(texts, rows, is_broken)]] |= BROKEN
    if texts.null_count:
        found[texts.is_null().to_numpy(zero_copy_only=False)] = BLANK
    return found


def _may_be_broken(data: NDArray[np.uint8]) -> bool:
    if data.min() < 32 and _CONTROL[data].any():
        return True
    return bool((data == 127).any()) or (data.max() >= 0xEF and _REPLACEMENT in data.tobytes())


def _test(texts: pa.Array, rows: NDArray[np.intp], test: Callable[[pa.Array], Mask]) -> Mask:
    """``test`` of the texts in these rows."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    return np.asarray(test(texts if len(rows) == len(texts) else texts.take(pa.array(rows))), dtype=bool)


def _is_blank(texts: pa.Array) -> Mask:
    trimmed = pc.utf8_length(pc.utf8_trim_whitespace(texts))
    return np.asarray(pc.equal(trimmed, 0).fill_null(True).to_numpy(zero_copy_only=False), dtype=bool)
