"""Which rows repeat an earlier row: from the fingerprints of all rows, twelve bytes a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .kinds import FIRST_ROWS, Words

_SORTED_AT_ONCE = 8_000_000  # words: 64 MiB beside the fingerprints themselves
_FILTER_BITS = 20


@dataclass(frozen=True)
class Repeats:
    """``count`` rows repeat an earlier one; the first of them, counted from 1."""

    count: int
    rows: tuple[int, ...]


class Fingerprints:
    """The fingerprints of every row, in the order of the rows."""

    def __init__(self, rows: int) -> None:
        self._words = np.empty(rows, dtype=np.uint64)
        self._checks = np.empty(rows, dtype=np.uint32)

    def put(self, start: int, words: Words, checks: NDArray[np.uint32]) -> None:
        """Keep the fingerprints of the rows from ``start`` on."""
        self._words[start : start + len(words)] = words
        self._checks[start : start + len(words)] = checks

    def repeats(self) -> Repeats:
        """Rows that repeat an earlier one. Memory: one part of the words is sorted at a time."""
        twice = self._seen_twice()
        if not len(twice):
            return Repeats(0, ())
        rows = self._rows_of(twice)
        words, checks = self._words[rows], self._checks[rows]
        order = np.lexsort((rows, checks, words))
        words, checks = words[order], checks[order]
        again = (words[1:] == words[:-1]) & (checks[1:] == checks[:-1])
        repeating = np.sort(rows[order[1:][again]])
        return Repeats(len(repeating), tuple(int(row) + 1 for row in repeating[:FIRST_ROWS]))

    def _seen_twice(self) -> Words:
        count = len(self._words)
        bits = max(0, int(np.ceil(np.log2(max(1, count / _SORTED_AT_ONCE)))))
        if not bits:
            return _twice(np.sort(self._words))
        shift = np.uint64(64 - bits)
        found = [
            _twice(np.sort(np.concatenate([piece[(piece >> shift) == part] for piece in self._pieces()])))
            for part in range(2**bits)
        ]
        return np.concatenate(found)

    def _rows_of(self, wanted: Words) -> NDArray[np.int64]:
        """Rows with one of the sorted words ``wanted``."""
        mask = np.uint64((1 << _FILTER_BITS) - 1)
        few = np.zeros(1 << _FILTER_BITS, dtype=bool)
        few[wanted & mask] = True
        found, start = [], 0
        for piece in self._pieces():
            near = np.flatnonzero(few[piece & mask])
            place = np.minimum(np.searchsorted(wanted, piece[near]), len(wanted) - 1)
            found.append(near[wanted[place] == piece[near]] + start)
            start += len(piece)
        return np.concatenate(found)

    def _pieces(self) -> list[Words]:
        return [self._words[start : start + 2**20] for start in range(0, len(self._words), 2**20)]


def _twice(words: Words) -> Words:
    """The distinct words that a sorted array holds more than once."""
    repeated = words[1:][words[1:] == words[:-1]]
    return np.unique(repeated)
