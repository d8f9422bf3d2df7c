"""Fingerprints of rows: two words a row, from independent multipliers, so that equal fingerprints mean equal rows.

Each cell becomes two words that no other value of its column has (a bijection for values of up to eight bytes, a keyed
polynomial for longer ones); the words of a row are summed under odd multipliers of their column. 64 bits find the rows
that may be equal and 32 further bits, independent of them, verify it: among 50 million rows two different ones are
taken for equal with a probability of 2e-14. The multipliers come from a fixed seed: a run gives the same result again.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelops.lib.compiled import compiled

from .cells import Cells
from .kinds import Mask, Words, is_fixed
from .spans import ALL_VALID, MASKS, eights, spans

CHECK_SHIFT = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_ZERO = np.uint64(0)
_NO_SIGN = np.uint64(2**63 - 1)
_INFINITE = np.uint64(0x7FF0000000000000)  # of a float without its sign: what is greater is no number
_WORD = 8  # bytes
_WIDENED = {"i4", "u1"}  # widened on their way: whole numbers, days and booleans; of others there are few columns
_LONG_BYTES = 64  # a longer text goes through BLAKE2b on its own: few columns hold many of them
_LONGEST = 128
_RANDOM = np.random.Generator(np.random.PCG64(20130101))
_OF_WORDS = _RANDOM.integers(0, 2**63, (2, _LONGEST // 8 + 2), dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def multipliers(columns: int) -> NDArray[np.uint64]:
    """Odd multipliers (2, columns) and words that stand for null (2, columns), stacked to (4, columns)."""
    random = np.random.Generator(np.random.PCG64(7))
    drawn = random.integers(0, 2**63, (columns, 4), dtype=np.uint64).T * np.uint64(2) + np.uint64(1)
    return np.ascontiguousarray(drawn)


def add_cells(cells: Cells, of_column: NDArray[np.uint64], first: Words, second: Words) -> None:
    """Add the words of ``cells`` to the two fingerprints of each row, in place."""
    one, two, null_one, null_two = of_column
    kind = cells.array.type
    if pa.types.is_null(kind):
        return
    if pa.types.is_dictionary(kind):
        codes, texts = cells.coded
        words, checks = np.zeros((2, len(texts) + 1), dtype=np.uint64)
        words[-1], checks[-1] = null_one, null_two  # code -1 is null: it takes the last place
        _add_texts(texts, ALL_VALID, of_column, words[:-1], checks[:-1])
        _add_coded(codes, words, checks, first, second)
        return
    if is_fixed(kind) or pa.types.is_boolean(kind):
        words, is_float = _as_words(cells)
        valid = ALL_VALID if cells.valid is None else cells.valid
        _add_fixed(words, is_float, valid, of_column, first, second)
        return
    if pa.types.is_decimal128(kind):
        pairs = np.frombuffer(cells.array.buffers()[1], dtype=np.uint64).reshape(-1, 2)[cells.array.offset :]
        low, high = _mixed(pairs[: cells.rows, 0].copy()), _mixed(pairs[: cells.rows, 1].copy())
        words, checks = (low + high * _OF_WORDS[0, 0]) * one, (low + high * _OF_WORDS[1, 0]) * two
        if cells.absent is not None:
            words[cells.absent] = null_one
            checks[cells.absent] = null_two
        first += words
        second += checks
        return
    texts = cells.array.cast(pa.large_string()) if pa.types.is_decimal(kind) else cells.array
    _add_texts(texts, ALL_VALID if cells.valid is None else cells.valid, of_column, first, second)


def _finish_in_numpy(first: Words, second: Words, words: Words, checks: NDArray[np.uint32]) -> None:
    words[:] = _mixed(first)
    checks[:] = _mixed(second) >> CHECK_SHIFT


@compiled(_finish_in_numpy)
def finish(first: Words, second: Words, words: Words, checks: NDArray[np.uint32]) -> None:
    """Write the fingerprints to keep: the first well mixed, so that its high bits part the rows evenly."""
    for row in range(len(first)):
        word = first[row] * _MIX
        words[row] = word ^ (word >> _HALF)
        check = second[row] * _MIX
        checks[row] = np.uint32((check ^ (check >> _HALF)) >> CHECK_SHIFT)


def _as_words(cells: Cells) -> tuple[NDArray[Any], bool]:
    """Values whose bits are words, once they are widened, without a copy where that can be; whether they are floats."""
    values = cells.raw
    if values.dtype.kind == "f":
        floats = values if values.dtype.itemsize == 8 else cells.numbers  # their nulls are no numbers: the same
        return floats.view(np.uint64), True
    if values.dtype.itemsize == _WORD:
        return values.view(np.uint64), False
    return (values if values.dtype.str[1:] in _WIDENED else values.astype(np.uint64)), False


def _add_fixed_in_numpy(
    words: NDArray[Any], is_float: bool, valid: Mask, of_column: Words, first: Words, second: Words
) -> None:
    """Add the words of cells of fixed width to the fingerprints; a float that is no number counts as null."""
    one, two, null_one, null_two = of_column
    missing = None if not len(valid) else ~valid
    if is_float:
        floats = words.view(np.float64)
        nan = np.isnan(floats)
        missing = nan if missing is None else missing | nan
        words = (floats + 0.0).view(np.uint64)  # minus zero equals zero
    else:
        words = words.astype(np.uint64)
    _mixed(words)
    checks = words * two
    words *= one
    if missing is not None:
        words[missing] = null_one
        checks[missing] = null_two
    first += words
    second += checks


@compiled(_add_fixed_in_numpy)
def _add_fixed(words: NDArray[Any], is_float: bool, valid: Mask, of_column: Words, first: Words, second: Words) -> None:
    one, two, null_one, null_two = of_column[0], of_column[1], of_column[2], of_column[3]
    nulls = len(valid) > 0
    for row in range(len(words)):  # chosen, not branched: the machine takes several at once
        word = np.uint64(words[row])
        is_gone = nulls and not valid[row]
        if is_float:
            size = word & _NO_SIGN
            is_gone |= size > _INFINITE
            word = _ZERO if size == _ZERO else word
        word *= _MIX
        word ^= word >> _HALF
        first[row] += null_one if is_gone else word * one
        second[row] += null_two if is_gone else word * two


def _add_coded_in_numpy(codes: NDArray[np.int32], words: Words, checks: Words, first: Words, second: Words) -> None:
    """Add to each row the words of its code."""
    first += words[codes]
    second += checks[codes]


@compiled(_add_coded_in_numpy)
def _add_coded(codes: NDArray[np.int32], words: Words, checks: Words, first: Words, second: Words) -> None:
    last = len(words) - 1
    for row in range(len(codes)):
        code = codes[row]
        place = code if code >= 0 else last
        first[row] += words[place]
        second[row] += checks[place]


def _mixed(words: Words) -> Words:
    """A bijection in place after which the low bits depend on the high ones."""
    words *= _MIX
    words ^= words >> _HALF
    return words


def _add_texts(texts: pa.Array, valid: Mask, of_column: Words, first: Words, second: Words) -> None:
    """Add the two words of each text to the fingerprints; ``valid`` says which are not null, empty that all are."""
    data, offsets = spans(texts)
    if not _add_bytes(data, eights(data), offsets, valid, of_column, first, second):
        return
    one, two, _, _ = of_column
    sizes = np.diff(offsets)
    for row in np.flatnonzero(sizes > _LONG_BYTES):
        if len(valid) and not valid[row]:
            continue
        digest = hashlib.blake2b(data[offsets[row] : offsets[row + 1]], digest_size=16).digest()
        pair = np.frombuffer(digest, dtype="<u8") + sizes[row].astype(np.uint64) * _OF_WORDS[:, -1]
        first[row] += _mixed(pair[:1])[0] * one
        second[row] += _mixed(pair[1:])[0] * two


def _add_bytes_in_numpy(
    data: NDArray[np.uint8],
    view: Words,  # of the compiled loop
    offsets: NDArray[Any],
    valid: Mask,
    of_column: Words,
    first: Words,
    second: Words,
) -> int:
    one, two, null_one, null_two = of_column
    sizes = np.diff(offsets)
    words = sizes.astype(np.uint64) * _OF_WORDS[0, -1]
    checks = sizes.astype(np.uint64) * _OF_WORDS[1, -1]
    is_long = sizes > _LONG_BYTES
    sizes[is_long] = 0
    padded = np.concatenate([data, np.zeros(_WORD, dtype=np.uint8)])
    places = np.ndarray((len(padded) - _WORD + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    if len(sizes) and sizes.max():
        _add_words(places, offsets[:-1], sizes, int(sizes.max()), words, checks)
    words, checks = _mixed(words) * one, _mixed(checks) * two
    words[is_long] = checks[is_long] = 0  # these are added one by one
    if len(valid):
        words[~valid], checks[~valid] = null_one, null_two
    first += words
    second += checks
    return int(np.count_nonzero(is_long))


@compiled(_add_bytes_in_numpy)
def _add_bytes(
    data: NDArray[np.uint8],  # of the twin
    view: Words,
    offsets: NDArray[Any],
    valid: Mask,
    of_column: Words,
    first: Words,
    second: Words,
) -> int:
    """Add each text of up to 64 bytes to the fingerprints; tells how many are longer."""
    m_one, m_two, null_one, null_two = of_column[0], of_column[1], of_column[2], of_column[3]
    of_size_one, of_size_two = _OF_WORDS[0, -1], _OF_WORDS[1, -1]
    nulls = len(valid) > 0
    last = len(view) - 1  # the last place that eight bytes can be read from
    longer = 0
    for row in range(len(offsets) - 1):
        if nulls and not valid[row]:
            first[row] += null_one
            second[row] += null_two
            continue
        at = offsets[row]
        size = offsets[row + 1] - at
        if size > _LONG_BYTES:
            longer += 1
            continue
        one, two = np.uint64(size) * of_size_one, np.uint64(size) * of_size_two
        place = 0
        while size > 0:
            word = view[at] if at <= last else view[last] >> np.uint64(8 * (at - last))
            if size < _WORD:
                word &= MASKS[size]
            word *= _MIX
            word ^= word >> _HALF
            one += word * _OF_WORDS[0, place]
            two += word * _OF_WORDS[1, place]
            place += 1
            at += _WORD
            size -= _WORD
        one *= _MIX
        one ^= one >> _HALF
        two *= _MIX
        two ^= two >> _HALF
        first[row] += one * m_one
        second[row] += two * m_two
    return longer


def _add_words(
    view: Words, starts: NDArray[Any], sizes: NDArray[Any], longest: int, first: Words, second: Words
) -> None:
    """Add each text eight bytes at a time; what lies behind its end counts as zero and adds nothing."""
    rows: NDArray[np.intp] | None = None
    for place in range(0, longest, 8):
        if place and (rows is None or len(rows) > 1000):
            left_over = np.flatnonzero(sizes > place)
            rows = left_over if 2 * len(left_over) < len(sizes) else None
        size = sizes if rows is None else sizes[rows]
        at = (starts if rows is None else starts[rows]) + place
        words = view[np.minimum(at, len(view) - 1)]
        if int(size.min()) < place + 8:
            words &= MASKS[np.clip(size - place, 0, 8)]
        _mixed(words)
        one, two = words * _OF_WORDS[0, place // 8], words * _OF_WORDS[1, place // 8]
        if rows is None:
            first += one
            second += two
        else:
            first[rows] += one
            second[rows] += two
