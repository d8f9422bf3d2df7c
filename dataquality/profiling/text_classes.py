"""What a text reads as: a number, a day, nothing at all. Patterns (RE2 inside Arrow) run in linear time.

Most texts are told apart by their first and last bytes, which numpy looks at for all rows at once; only the others go
through a pattern.
"""

from __future__ import annotations

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


_BEGINS_NUMBER = _table(b"0123456789+-." + _WHITE)
_ENDS_NUMBER = _table(b"0123456789." + _WHITE)
_BEGINS_DAY = _table(b"0123456789" + _WHITE)
_BEGINS_FORMULA = _table(b"=@")  # + and - begin numbers and telephone numbers as well
_DIGIT = _table(b"0123456789")
_MAY_BE_BLANK = _table(_WHITE + b"\xc2\xe1\xe2\xe3")
_CONTROL = _table(bytes(set(range(32)) - {9, 10, 13}) + b"\x7f")
_REPLACEMENT = "\ufffd".encode()


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
    empty = sizes == 0
    starts = np.where(empty, 0, offsets[:-1])
    first, last = data[starts], data[np.where(empty, 0, offsets[1:] - 1)]
    blank = _among(texts, _MAY_BE_BLANK[first] & ~empty, _is_blank) | empty
    found[blank] |= BLANK
    numbers = _among(texts, _BEGINS_NUMBER[first] & _ENDS_NUMBER[last] & ~blank, reads_as_number)
    found[numbers] |= NUMBER
    # A day takes eight characters at least: "2013-1-1".
    fifth = data[np.minimum(starts + 4, len(data) - 1)]
    likely = _BEGINS_DAY[first] & ((fifth == ord("-")) | ~_DIGIT[first]) & (sizes >= 8) & ~blank
    days = _among(texts, likely, reads_as_date)
    if days.any():
        found[days] |= DATE
        found[days & ~_among(texts, days, is_in_calendar)] |= NO_DAY
    found[_BEGINS_FORMULA[first] & ~empty] |= FORMULA
    if _may_be_broken(data):
        found[_among(texts, ~empty, is_broken)] |= BROKEN
    if texts.null_count:
        found[texts.is_null().to_numpy(zero_copy_only=False)] = BLANK
    return found


def _may_be_broken(data: NDArray[np.uint8]) -> bool:
    if data.min() < 32 and _CONTROL[data].any():
        return True
    return bool((data == 127).any()) or (data.max() >= 0xEF and _REPLACEMENT in data.tobytes())


def _among(texts: pa.Array, candidates: Mask, test: object) -> Mask:
    """``test`` of the candidates; the others fail it."""
    if not candidates.any():
        return candidates
    if candidates.all():
        return np.asarray(test(texts))  # type: ignore[operator]
    rows = np.flatnonzero(candidates)
    result = np.zeros(len(texts), dtype=bool)
    result[rows] = test(texts.take(pa.array(rows)))  # type: ignore[operator]
    return result


def _is_blank(texts: pa.Array) -> Mask:
    trimmed = pc.utf8_length(pc.utf8_trim_whitespace(texts))
    return np.asarray(pc.equal(trimmed, 0).fill_null(True).to_numpy(zero_copy_only=False), dtype=bool)
