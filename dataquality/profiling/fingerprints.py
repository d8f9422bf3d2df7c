"""Fingerprints of rows: two words a row, from independent multipliers, so that equal fingerprints mean equal rows.

Each cell becomes two words that no other value of its column has (a bijection for values of up to eight bytes, a keyed
polynomial for longer ones); the words of a row are summed under odd multipliers of their column. 64 bits find the rows
that may be equal and 32 further bits, independent of them, verify it: among 50 million rows two different ones are
taken for equal with a probability of 2e-14. The multipliers come from a fixed seed: a run gives the same result again.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .cells import Cells
from .kinds import Words, is_fixed

CHECK_SHIFT = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LONG_BYTES = 64  # a longer text goes through BLAKE2b on its own: few columns hold many of them
_LONGEST = 128
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(8)] + [2**64 - 1], dtype=np.uint64)
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
        words, checks = _of_texts(texts)
        # Code -1 is null: it takes the last place.
        words, checks = np.append(words * one, null_one), np.append(checks * two, null_two)
        first += words[codes]
        second += checks[codes]
        return
    if is_fixed(kind) or pa.types.is_boolean(kind):
        words = _mixed(_as_words(cells))
        checks = words * two
        words *= one
        missing = _missing(cells)
    elif pa.types.is_decimal128(kind):
        pairs = np.frombuffer(cells.array.buffers()[1], dtype=np.uint64).reshape(-1, 2)[cells.array.offset :]
        low, high = _mixed(pairs[: cells.rows, 0].copy()), _mixed(pairs[: cells.rows, 1].copy())
        words, checks = (low + high * _OF_WORDS[0, 0]) * one, (low + high * _OF_WORDS[1, 0]) * two
        missing = _missing(cells)
    else:
        texts = cells.array.cast(pa.large_string()) if pa.types.is_decimal(kind) else cells.array
        words, checks = _of_texts(texts)
        words *= one
        checks *= two
        missing = _missing(cells)
    if missing is not None:
        words[missing] = null_one
        checks[missing] = null_two
    first += words
    second += checks


def finished(first: Words, second: Words) -> tuple[Words, NDArray[np.uint32]]:
    """The fingerprints to keep: the first well mixed, so that its high bits part the rows evenly."""
    return _mixed(first), (_mixed(second) >> CHECK_SHIFT).astype(np.uint32)


def _missing(cells: Cells) -> NDArray[np.bool_] | None:
    missing = None if cells.valid is None else ~cells.valid
    if pa.types.is_floating(cells.array.type):
        nan = np.isnan(cells.raw)
        if nan.any():  # a not-a-number is a missing number
            missing = nan if missing is None else missing | nan
    return missing


def _as_words(cells: Cells) -> Words:
    values = cells.raw
    if values.dtype.kind == "f":
        return (values.astype(np.float64) + 0.0).view(np.uint64)  # minus zero equals zero
    if values.dtype.itemsize == 8:
        return values.view(np.uint64).copy()
    return values.astype(np.uint64)


def _mixed(words: Words) -> Words:
    """A bijection in place after which the low bits depend on the high ones."""
    words *= _MIX
    words ^= words >> _HALF
    return words


def _of_texts(texts: pa.Array) -> tuple[Words, Words]:
    """Two words for each text (large offsets); texts that are null give anything."""
    count = len(texts)
    _, offsets_buffer, data = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int64)[texts.offset : texts.offset + count + 1]
    starts, sizes = offsets[:-1], np.diff(offsets)
    first = sizes.astype(np.uint64) * _OF_WORDS[0, -1]
    second = sizes.astype(np.uint64) * _OF_WORDS[1, -1]
    if not count or not sizes.any():
        return _mixed(first), _mixed(second)
    low, high = int(offsets[0]), int(offsets[-1])
    padded = np.zeros(high - low + 8, dtype=np.uint8)
    padded[:-8] = np.frombuffer(data, dtype=np.uint8)[low:high]
    # Eight bytes from any place: an overlapping view, read without a copy of the bytes.
    words = np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded.data, strides=(1,))
    starts = starts - low
    longest = int(sizes.max())
    chosen: NDArray[np.int64] | slice = slice(None)
    if longest > _LONG_BYTES:
        chosen = np.flatnonzero(sizes <= _LONG_BYTES)
        for row in np.flatnonzero(sizes > _LONG_BYTES):
            piece = memoryview(padded)[starts[row] : starts[row] + sizes[row]]
            digest = np.frombuffer(hashlib.blake2b(piece, digest_size=16).digest(), dtype=np.uint64)
            first[row] += digest[0]
            second[row] += digest[1]
        longest = _LONG_BYTES
    for place in range(0, longest, 8):
        if place:
            rows = np.arange(count) if isinstance(chosen, slice) else chosen
            chosen = rows[sizes[rows] > place]
            if not len(chosen):
                break
        left = sizes[chosen] - place
        smallest = int(left.min()) if len(left) else 8
        at = starts[chosen] + place
        found = words[at]
        if smallest < 8:
            found &= _MASKS[np.minimum(left, 8)]
        _mixed(found)
        first[chosen] += found * _OF_WORDS[0, place // 8]
        second[chosen] += found * _OF_WORDS[1, place // 8]
    return _mixed(first), _mixed(second)
