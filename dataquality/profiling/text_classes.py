"""What a text reads as: a number, a day, nothing at all. Patterns (RE2 inside Arrow) run in linear time.

Most texts are told apart by their first and last bytes, which numpy looks at for all rows at once; only the others go
through a pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dataquality.forms_of_text import is_broken, is_in_calendar, reads_as_date, reads_as_number
from modelops.lib.compiled import compiled

from .kinds import Mask, Words
from .spans import MASKS, eights, spans

BLANK, NUMBER, DATE, NO_DAY, BROKEN, FORMULA = 1, 2, 4, 8, 16, 32
CLASSES = 64
EMPTY = 128  # a first look alone tells it
_BLANK_OF_EMPTY = 7  # bits to move it by
_WHITE = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "


def _table(allowed: bytes) -> Mask:
    table = np.zeros(256, dtype=bool)
    table[list(allowed)] = True
    return table


_DIGITS = b"0123456789"
_EIGHT = 8  # bytes of a word
_LETTER_BIT, _NONE, _ONE = (np.uint64(number) for number in (6, 0, 1))
_LOWEST_BITS = np.uint64(0x0101010101010101)  # one of each byte
_ENDS_NUMBER = _table(_DIGITS + b"." + _WHITE)
_DIGIT = _table(_DIGITS)
_SPACE = _table(b"\t\n\f\r ")  # what the patterns call white space
_PLUS, _DASH, _POINT, _SMALL_E, _LARGE_E = (np.uint8(ord(sign)) for sign in "+-.eE")
_ALL, _NO_NUMBER, _NO_DATE = np.uint8(255), np.uint8(255 - NUMBER), np.uint8(255 - DATE)
_KEEPS_NUMBER = np.where(_ENDS_NUMBER, np.uint8(255), _NO_NUMBER).astype(np.uint8)  # by the last byte
_CONTROL = _table(bytes(set(range(32)) - {9, 10, 13}) + b"\x7f")
_SUSPECT = _CONTROL | _table("\ufffd".encode()[:1])
# What a text may be by its first byte, as a sum of the bits above. + and - begin numbers and telephone numbers as well.
_MAY_BE = (
    _table(_WHITE + b"\xc2\xe1\xe2\xe3") * np.uint8(BLANK)
    + _table(_DIGITS + b"+-." + _WHITE) * np.uint8(NUMBER)
    + _table(_DIGITS + _WHITE) * np.uint8(DATE)
    + _table(b"=@") * np.uint8(FORMULA)
)
SHORTEST_DAY = 8  # "2013-1-1"


def classes_of(texts: pa.Array, valid: Mask | None = None) -> NDArray[np.uint8]:
    """The classes of each text as a sum of bits; null and empty texts are blank.

    ``valid`` says which are not null where that is known already.
    """
    count = len(texts)
    if not count:
        return np.zeros(count, dtype=np.uint8)
    data, offsets = spans(texts)
    if not len(data):
        return np.full(count, BLANK, dtype=np.uint8)
    likely = _first_look(data, eights(data), offsets)
    possible = int(np.bitwise_or.reduce(likely))
    found = likely & np.uint8(FORMULA | NUMBER)
    if possible & EMPTY:
        found |= likely >> _BLANK_OF_EMPTY
    if possible & BLANK:
        rows = np.flatnonzero(likely & BLANK)
        blank = rows[_test(texts, rows, _is_blank)]
        found[blank] = BLANK
        likely[blank] = 0
    if possible & DATE:
        rows = np.flatnonzero(likely & DATE)
        days = rows[_test(texts, rows, reads_as_date)]
        found[days] |= DATE
        found[days[~_test(texts, days, is_in_calendar)]] |= NO_DAY
    if _may_be_broken(data):
        rows = np.flatnonzero(np.diff(offsets))
        found[rows[_test(texts, rows, is_broken)]] |= BROKEN
    if texts.null_count:
        present = texts.is_valid().to_numpy(zero_copy_only=False) if valid is None else valid
        found = np.where(present, found, np.uint8(BLANK))
    return found


def _first_look_in_numpy(
    data: NDArray[np.uint8],
    view: Words,  # of the compiled loop
    offsets: NDArray[Any],
) -> NDArray[np.uint8]:
    """What each text may be, by its first and last bytes; that it is a number is certain."""
    sizes = np.diff(offsets)
    empty = np.flatnonzero(sizes == 0)
    starts = offsets[:-1]
    if len(empty):
        starts = starts.copy()
        starts[empty] = 0
    likely = _MAY_BE[data[starts]]
    likely[empty] = EMPTY
    rows = np.flatnonzero(likely & NUMBER)
    likely[rows] &= ~np.uint8(NUMBER)
    rows = rows[_ENDS_NUMBER[data[offsets[1:][rows] - 1]]]
    if len(rows):
        buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets, dtype=np.int64)), pa.py_buffer(data)]
        texts = pa.Array.from_buffers(pa.large_binary(), len(sizes), buffers)
        likely[rows[_test(texts, rows, reads_as_number)]] |= np.uint8(NUMBER)
    rows = np.flatnonzero(likely & DATE)
    begins = starts[rows]
    short = sizes[rows] < SHORTEST_DAY
    fifth = data[np.minimum(begins + 4, len(data) - 1)]
    likely[rows[short | ((fifth != _DASH) & _DIGIT[data[begins]])]] &= ~np.uint8(DATE)
    return likely


@compiled(_first_look_in_numpy)
def _first_look(data: NDArray[np.uint8], view: Words, offsets: NDArray[Any]) -> NDArray[np.uint8]:
    count = len(offsets) - 1
    last = len(view) - 1  # the last place that eight bytes can be read from
    likely = np.zeros(count, dtype=np.uint8)
    for row in range(count):
        at, end = offsets[row], offsets[row + 1]
        if at == end:
            likely[row] = EMPTY
            continue
        # All that a number is written with but its one e has the bit of letters unset: eight bytes are seen at once.
        # Without a branch so far: texts of digits and letters by chance would have it guessed wrong.
        word = view[at] if at <= last else view[last] >> np.uint64(8 * (at - last))
        letters = (word >> _LETTER_BIT) & _LOWEST_BITS & MASKS[min(end - at, _EIGHT)]
        is_wordy = letters & (letters - _ONE) != _NONE  # more than one
        first = data[at]
        may_be = _MAY_BE[first] & _KEEPS_NUMBER[data[end - 1]] & (_NO_NUMBER if is_wordy else _ALL)
        fifth = data[min(at + 4, end - 1)]
        is_day = (end - at >= SHORTEST_DAY) & ((fifth == _DASH) | ~_DIGIT[first])
        may_be &= _ALL if is_day else _NO_DATE
        if may_be & NUMBER:
            # White space, sign, digits with at most one point, exponent, white space: as the pattern has it.
            place = at
            while place < end and _SPACE[data[place]]:
                place += 1
            if place < end and (data[place] == _PLUS or data[place] == _DASH):
                place += 1
            digits = 0
            while place < end and _DIGIT[data[place]]:
                place += 1
                digits += 1
            if place < end and data[place] == _POINT:
                place += 1
                while place < end and _DIGIT[data[place]]:
                    place += 1
                    digits += 1
            is_number = digits > 0
            if is_number and place < end and (data[place] == _SMALL_E or data[place] == _LARGE_E):
                place += 1
                if place < end and (data[place] == _PLUS or data[place] == _DASH):
                    place += 1
                power = place
                while place < end and _DIGIT[data[place]]:
                    place += 1
                is_number = place > power
            while place < end and _SPACE[data[place]]:
                place += 1
            if not is_number or place < end:
                may_be &= _NO_NUMBER
        likely[row] = may_be
    return likely


def _may_be_broken(data: NDArray[np.uint8]) -> bool:
    """Whether a control character is there, or a byte that the mark of undecodable bytes begins with."""
    if data.min() >= 32 and data.max() < 127:  # plain letters and signs
        return False
    return bool(_holds_suspects(data))


def _holds_suspects_in_numpy(data: NDArray[np.uint8]) -> bool:
    return bool(_SUSPECT[data].any())


@compiled(_holds_suspects_in_numpy)
def _holds_suspects(data: NDArray[np.uint8]) -> bool:
    suspects = 0
    for place in range(len(data)):
        suspects += _SUSPECT[data[place]]
    return suspects > 0


def _test(texts: pa.Array, rows: NDArray[np.intp], test: Callable[[pa.Array], Mask]) -> Mask:
    """``test`` of the texts in these rows."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    return np.asarray(test(texts if len(rows) == len(texts) else texts.take(pa.array(rows))), dtype=bool)


def _is_blank(texts: pa.Array) -> Mask:
    trimmed = pc.utf8_length(pc.utf8_trim_whitespace(texts))
    return np.asarray(pc.equal(trimmed, 0).fill_null(True).to_numpy(zero_copy_only=False), dtype=bool)
