"""Which rows repeat an earlier row: by the fingerprints of all rows, in memory or, of a large table, sealed on disk."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops.lib.compiled import compiled

from .kinds import FIRST_ROWS, Mask, Words
from .sieves import OTHER_BITS, let_through, let_through_both, sieve_of
from .spill import Spill

IN_MEMORY = 8_000_000  # rows, twelve bytes each; of a larger table the fingerprints go to disk
PART_ROWS = 4_000_000  # of one part, as far as different rows go: they spread evenly by the first bits of their words
MOST_PARTS = 4096
_BUFFERED = 1 << 20  # rows of all parts together that wait to be written
_LEAST_BLOCK = 1024  # rows that are written at a time
_AT_ONCE = 1 << 18  # rows that are compared at a time: what is made for them stays in the cache
_FEW = 16  # rows for each word that comes twice, from which on they are looked for by halves of words

Checks = NDArray[np.uint32]
Rows = NDArray[Any]
Piece = tuple[Words, Checks, Rows]  # in the order of the rows


@dataclass(frozen=True)
class Repeats:
    """``count`` rows repeat an earlier one; the first of them, counted from 1."""

    count: int
    rows: tuple[int, ...]


class Fingerprints:
    """The fingerprints of every row of a table of ``rows`` rows, put in the order of the rows."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._parts: _Parts | None = None
        if rows > IN_MEMORY:
            self._parts = _Parts(rows)
            rows = 0
        self._words = np.empty(rows, dtype=np.uint64)
        self._checks = np.empty(rows, dtype=np.uint32)

    def room(self, start: int, rows: int) -> tuple[Words, Checks]:
        """Where to write the fingerprints of so many rows from ``start`` on; then `put` takes them. In any thread."""
        if self._parts is not None:
            return np.empty(rows, dtype=np.uint64), np.empty(rows, dtype=np.uint32)
        return self._words[start : start + rows], self._checks[start : start + rows]

    def put(self, start: int, words: Words, checks: Checks) -> None:
        """Keep the fingerprints of the rows from ``start`` on, which stand in their :meth:`room`."""
        if self._parts is not None:
            self._parts.put(start, words, checks)

    def repeats(self) -> Repeats:
        """Rows that repeat an earlier one. Memory: one part at a time, and of that no more than its different rows."""
        if self._parts is None:
            return _repeats(self._likely_pieces())
        found = [_repeats(part) for part in self._parts.parts()]
        rows = heapq.nsmallest(FIRST_ROWS, (row for each in found for row in each.rows))
        return Repeats(sum(each.count for each in found), tuple(rows))

    def close(self) -> None:
        """Give memory and disk back."""
        if self._parts is not None:
            self._parts.close()
        self._words, self._checks = self._words[:0].copy(), self._checks[:0].copy()

    def _likely_pieces(self) -> Callable[[], Iterator[Piece]]:
        """The rows that may repeat or be repeated by the last half of their words, which takes half as long to sort."""
        halves = self._words.astype(np.uint32)
        halves.sort()
        twice = _come_again(halves)
        if _FEW * len(twice) > len(halves):
            return self._pieces
        # What comes through by its last bits goes through the other bits of its half as well: then few are left.
        last, other = sieve_of(twice.astype(np.uint64)), sieve_of(twice.astype(np.uint64) >> OTHER_BITS)
        likely = []
        for words, checks, rows in self._pieces():
            near = let_through_both(words, last, other)
            likely.append((words[near], checks[near], rows[near]))
        together = _joined(likely)
        return lambda: iter([together])

    def _pieces(self) -> Iterator[Piece]:
        for start in range(0, len(self._words), _AT_ONCE):
            stop = min(start + _AT_ONCE, len(self._words))
            yield self._words[start:stop], self._checks[start:stop], np.arange(start, stop)


class _Parts:
    """Fingerprints by the first bits of their words: equal ones lie in the same part."""

    def __init__(self, rows: int) -> None:
        bits = min(int(np.ceil(np.log2(rows / PART_ROWS))), MOST_PARTS.bit_length() - 1)
        self._shift = np.uint64(64 - bits)
        self._kinds = (np.uint64, np.uint32, np.uint32 if rows < 2**32 else np.uint64)
        self._waiting: list[list[Any]] = [[] for _ in range(2**bits)]
        self._sizes = np.zeros(2**bits, dtype=np.int64)
        self._most = max(_LEAST_BLOCK, _BUFFERED // 2**bits)
        self._written: list[list[int]] = [[] for _ in range(2**bits)]
        self._spill = Spill()

    def put(self, start: int, words: Words, checks: Checks) -> None:
        part = (words >> self._shift).astype(np.uint16)
        order = np.argsort(part, kind="stable")
        rows = (order + start).astype(self._kinds[2])
        words, checks = words[order], checks[order]
        ends = np.cumsum(np.bincount(part, minlength=len(self._waiting)))
        first = 0
        for place, end in enumerate(ends.tolist()):
            if end > first:
                # Copies: a few rows that wait for long would keep their whole batch in memory.
                self._waiting[place].append(tuple(each[first:end].copy() for each in (words, checks, rows)))
                self._sizes[place] += end - first
                if self._sizes[place] >= self._most:
                    self._write(place)
            first = end

    def parts(self) -> Iterator[Callable[[], Iterator[Piece]]]:
        for place in range(len(self._waiting)):
            if self._waiting[place]:
                self._write(place)
            yield lambda place=place: self._read(place)  # type: ignore[misc]

    def close(self) -> None:
        self._spill.close()
        self._waiting, self._written = [], []

    def _write(self, place: int) -> None:
        columns = [np.concatenate(column) for column in zip(*self._waiting[place], strict=True)]
        self._written[place].append(self._spill.write(columns))
        self._waiting[place], self._sizes[place] = [], 0

    def _read(self, place: int) -> Iterator[Piece]:
        together: list[Any] = []
        size = 0
        for number in self._written[place]:
            together.append(self._spill.read(number, self._kinds))
            size += len(together[-1][0])
            if size >= _AT_ONCE:
                yield _joined(together)
                together, size = [], 0
        if together:
            yield _joined(together)


def _joined(pieces: list[Any]) -> Piece:
    words, checks, rows = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return words, checks, rows


def _repeats(pieces: Callable[[], Iterator[Piece]]) -> Repeats:
    """The rows among ``pieces`` that repeat an earlier one; each call of it is one pass."""
    twice = _seen_twice(pieces)
    if not len(twice):
        return Repeats(0, ())
    count = 0
    first: list[int] = []
    # A word goes with the check that it was first seen with; other checks of the same word are rare.
    check_of = np.zeros(len(twice), dtype=np.uint32)
    is_known = np.zeros(len(twice), dtype=bool)
    others: set[tuple[int, int]] = set()
    sieve = sieve_of(twice)
    for words, checks, rows in pieces():
        near, place = _among(words, twice, sieve)
        checks = checks[near]
        opening = np.zeros(len(twice), dtype=np.int64)
        opening[place[::-1]] = np.arange(len(place) - 1, -1, -1)  # the last to be written is the first row
        new = np.flatnonzero(~is_known[place] & (opening[place] == np.arange(len(place))))
        check_of[place[new]] = checks[new]
        is_known[place[new]] = True
        repeats = checks == check_of[place]
        odd = np.flatnonzero(~repeats)
        repeats[new] = False
        for at in odd.tolist():
            pair = (int(place[at]), int(checks[at]))
            repeats[at] = pair in others
            others.add(pair)
        found = rows[near[repeats]]
        count += len(found)
        if len(first) < FIRST_ROWS:
            first += [int(row) + 1 for row in found[: FIRST_ROWS - len(first)]]
    return Repeats(count, tuple(first))


def _seen_twice(pieces: Callable[[], Iterator[Piece]]) -> Words:
    """The words that come more than once, sorted."""
    seen, found = np.empty(0, dtype=np.uint64), []
    waiting: list[Words] = []
    size = 0
    for words, _, _ in pieces():
        if size >= 2 * PART_ROWS:
            seen, again = _merged(seen, waiting)
            found.append(again)
            waiting, size = [], 0
        waiting.append(words)
        size += len(words)
    words, again = _sorted(seen, waiting)
    found.append(words[1:][again])
    return _distinct(np.concatenate(found))


def _merged(seen: Words, fresh: list[Words]) -> tuple[Words, Words]:
    """Distinct words, and those that came again."""
    words, again = _sorted(seen, fresh)
    return words[np.concatenate([[True], ~again])], _distinct(words[1:][again])


def _distinct(words: Words) -> Words:
    """Each word once, in their order; sorts ``words`` in place, which takes a part of what `numpy.unique` does."""
    words.sort()
    is_first = np.ones(len(words), dtype=bool)
    np.not_equal(words[1:], words[:-1], out=is_first[1:])
    return words[is_first]


def _sorted(seen: Words, fresh: list[Words]) -> tuple[Words, Mask]:
    """All words in their order, and which but the first are as the one before."""
    words = np.concatenate([seen, *fresh])
    words.sort()
    return words, words[1:] == words[:-1]


def _among(words: Words, wanted: Words, sieve: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of those words that are among the sorted ``wanted``, and where there."""
    near = let_through(words, sieve)
    sought = words[near]
    order = np.argsort(sought)  # looked up in their order, they are found three times as quickly
    place = np.empty(len(near), dtype=np.intp)
    place[order] = np.searchsorted(wanted, sought[order])
    np.minimum(place, len(wanted) - 1, out=place)
    same = wanted[place] == sought
    return near[same], place[same]


def _come_again_in_numpy(ordered: Checks) -> Checks:
    return ordered[1:][ordered[1:] == ordered[:-1]]


@compiled(_come_again_in_numpy)
def _come_again(ordered: Checks) -> Checks:
    """Those of sorted halves of words that are as the one before."""
    found = np.empty(len(ordered) + 1, dtype=np.uint32)
    at = 0
    for row in range(1, len(ordered)):
        found[at] = ordered[row]
        at += ordered[row] == ordered[row - 1]
    return found[:at].copy()
