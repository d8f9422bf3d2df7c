"""A text column through the walk: how many rows read as what, and its distinct values while they are few."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelops.lib.compiled import compiled

from .cells import Cells
from .kinds import FIRST_ROWS, Mask, first_rows
from .spans import ALL_VALID
from .text_classes import BLANK, CLASSES, classes_of

Sighting = tuple[int, str]  # a row, from 1, and the text in it
_SHOWN = 200  # characters of a text that are kept to be masked
_SLACK = 4096
_LANES = 4


@dataclass(slots=True)
class TextPart:
    """What one batch gives: rows per class, the first of each, and its distinct texts when they are asked for."""

    nulls: int
    classes: NDArray[np.int64]
    first: dict[int, list[Sighting]]
    distinct: pa.Array | None = None
    counts: NDArray[np.int64] | None = None
    first_rows: NDArray[np.int64] | None = None


def measure(cells: Cells, start: int, *, most: int | None, classify: bool) -> TextPart:
    """Look at one batch of a text column (or of one that is told as text, then without classes).

    Its distinct texts are told while there are at most ``most`` of them, and never for None.
    """
    with_distinct = most is not None and not _has_more(cells, most)
    if with_distinct:
        cells.encode()
    is_coded = pa.types.is_dictionary(cells.array.type)
    nulls = cells.array.null_count
    if not is_coded and not with_distinct:
        return _counted(cells, start, nulls, cells.classes if classify else np.zeros(cells.rows, dtype=np.uint8))
    codes, texts = cells.coded
    of_texts = np.zeros(len(texts), dtype=np.uint8)
    if classify:
        of_texts = cells.classes if is_coded else classes_of(texts)
    if of_texts.any():
        part = _counted(cells, start, nulls, np.append(of_texts, np.uint8(0))[codes])
    else:
        part = TextPart(nulls, np.zeros(CLASSES, dtype=np.int64), {})
        part.classes[0] = cells.rows - nulls
    if with_distinct:
        used, first = _tally(codes, len(texts))
        seen = used > 0
        if not seen.all():
            texts, used, first = texts.filter(pa.array(seen)), used[seen], first[seen]
        part.distinct, part.counts, part.first_rows = texts, used, first + start
    return part


def _has_more(cells: Cells, most: int) -> bool:
    """Whether the first rows alone hold more distinct texts than ``most``: then the others need not be looked at."""
    if pa.types.is_dictionary(cells.array.type) or cells.rows < 2 * most:
        return False
    return len(cells.array.slice(0, most + most // 4 + 1).dictionary_encode().dictionary) > most


def _tally_in_numpy(codes: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = np.full(count + 1, -1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the last to be written is the first row
    return np.bincount(codes + 1, minlength=count + 1)[1:].astype(np.int64), first[:count]


@compiled(_tally_in_numpy)
def _tally(codes: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often each code up to ``count`` occurs and in which row first, -1 for none; negative codes are left out."""
    first = np.full(count, -1, dtype=np.int64)
    # Neighbours are counted apart: where few codes take turns, none waits for the count before to be written.
    # The last of each is for the negative codes.
    counts = np.zeros((_LANES, count + 1), dtype=np.int64)
    whole = len(codes) - len(codes) % _LANES
    for row in range(0, whole, _LANES):
        for lane in range(_LANES):
            code = codes[row + lane]
            counts[lane, code if code >= 0 else count] += 1
    for row in range(whole, len(codes)):
        code = codes[row]
        counts[0, code if code >= 0 else count] += 1
    used = np.zeros(count, dtype=np.int64)
    left = 0
    for code in range(count):
        for lane in range(_LANES):
            used[code] += counts[lane, code]
        left += used[code] > 0
    row = 0
    while left:  # ends with the last code to come first
        of_row = codes[row]
        if of_row >= 0 and first[of_row] < 0:
            first[of_row] = row
            left -= 1
        row += 1
    return used, first


def _counted(cells: Cells, start: int, nulls: int, kinds: NDArray[np.uint8]) -> TextPart:
    counts, rows = _sightings(kinds, ALL_VALID if cells.valid is None else cells.valid)
    first: dict[int, list[Sighting]] = {}
    for kind in np.flatnonzero(counts):
        seen = rows[kind, : counts[kind]].tolist()
        first[int(kind)] = [(start + row + 1, str(cells.value_at(row))[:_SHOWN]) for row in seen]
    return TextPart(nulls, counts, first)


def _sightings_in_numpy(kinds: NDArray[np.uint8], valid: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if len(valid):
        kinds = np.where(valid, kinds, np.uint8(CLASSES))
    counts = np.bincount(kinds, minlength=CLASSES + 1)[:CLASSES].astype(np.int64)
    rows = np.zeros((CLASSES, FIRST_ROWS), dtype=np.int64)
    for kind in np.flatnonzero(counts):
        found = first_rows(kinds == kind)
        rows[kind, : len(found)] = found
    return counts, rows


@compiled(_sightings_in_numpy)
def _sightings(kinds: NDArray[np.uint8], valid: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many valid rows are of each class, and the first of them; ``valid`` is empty where all rows are."""
    counts = np.zeros((_LANES, CLASSES + 1), dtype=np.int64)  # as in `_tally`; the last is for rows of no class
    rows = np.zeros((CLASSES, FIRST_ROWS), dtype=np.int64)
    nulls = len(valid) > 0
    whole = len(kinds) - len(kinds) % _LANES
    for row in range(0, whole, _LANES):
        for lane in range(_LANES):
            counts[lane, kinds[row + lane] if not nulls or valid[row + lane] else CLASSES] += 1
    for row in range(whole, len(kinds)):
        counts[0, kinds[row] if not nulls or valid[row] else CLASSES] += 1
    found, seen = np.zeros(CLASSES, dtype=np.int64), np.zeros(CLASSES, dtype=np.int64)
    left = row = 0
    for kind in range(CLASSES):
        for lane in range(_LANES):
            found[kind] += counts[lane, kind]
        left += min(found[kind], FIRST_ROWS)
    while left:
        of_row = kinds[row] if not nulls or valid[row] else CLASSES
        if of_row < CLASSES and seen[of_row] < FIRST_ROWS:
            rows[of_row, seen[of_row]] = row
            seen[of_row] += 1
            left -= 1
        row += 1
    return found, rows


@dataclass
class TextFacts:
    """A text column at the end. ``distinct`` is None when there were more values than a column of categories has."""

    nulls: int
    classes: NDArray[np.int64]
    first: dict[int, list[Sighting]]
    distinct: pa.Array | None
    counts: NDArray[np.int64]
    first_rows: NDArray[np.int64]

    def count(self, *, all_of: int = 0, none_of: int = 0) -> int:
        """Rows whose text has all bits of ``all_of`` and none of ``none_of``."""
        return sum(int(self.classes[kind]) for kind in _chosen(all_of, none_of))

    def sightings(self, *, all_of: int = 0, none_of: int = 0) -> list[Sighting]:
        """The first of those rows."""
        return sorted(place for kind in _chosen(all_of, none_of) for place in self.first.get(kind, []))[:FIRST_ROWS]

    def most(self, *, blank_is_missing: bool) -> int:
        """How often the most frequent text occurs; 0 when there are too many texts for one to be nearly all."""
        if self.distinct is None:
            return 0
        counts = self.counts
        if blank_is_missing:
            counts = counts[classes_of(self.distinct) & BLANK == 0]
        return int(counts.max()) if len(counts) else 0


def _chosen(all_of: int, none_of: int) -> list[int]:
    return [kind for kind in range(CLASSES) if kind & all_of == all_of and not kind & none_of]


@dataclass
class TextTrack:
    """Parts go in, in the order of the rows. ``most`` distinct texts are kept in at most ``most_bytes``."""

    most: int
    most_bytes: int
    nulls: int = 0
    classes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(CLASSES, dtype=np.int64))
    first: dict[int, list[Sighting]] = field(default_factory=dict)
    wants_distinct: bool = True

    def __post_init__(self) -> None:
        self._distinct: list[tuple[pa.Array, NDArray[np.int64], NDArray[np.int64]]] = []
        self._size = 0
        self._merged_size = 0

    @property
    def asked(self) -> int | None:
        """How many distinct texts of the next batch are wanted at most; None when they are not."""
        return self.most if self.wants_distinct else None

    def add(self, part: TextPart) -> None:
        """Take the part of the next batch."""
        self.nulls += part.nulls
        self.classes += part.classes
        for kind, found in part.first.items():
            known = self.first.setdefault(kind, [])
            if len(known) < FIRST_ROWS:
                self.first[kind] = (known + found)[:FIRST_ROWS]
        if not self.wants_distinct or part.distinct is None:
            self.wants_distinct = False
            return
        self._distinct.append((part.distinct, part.counts, part.first_rows))  # type: ignore[arg-type]
        self._size += len(part.distinct)
        if self._size > 2 * self._merged_size + _SLACK:
            self._merge()

    def _merge(self) -> None:
        if not self._distinct:
            return
        kind = pa.large_string() if pa.types.is_large_string(self._distinct[0][0].type) else self._distinct[0][0].type
        table = pa.table(
            {
                "text": pa.chunked_array([texts for texts, _, _ in self._distinct], type=kind),
                "count": np.concatenate([counts for _, counts, _ in self._distinct]),
                "row": np.concatenate([rows for _, _, rows in self._distinct]),
            }
        )
        grouped = table.group_by("text", use_threads=False).aggregate([("count", "sum"), ("row", "min")])
        texts = grouped["text"].combine_chunks()
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.chunk(0) if texts.num_chunks else pa.array([], kind)
        if len(texts) > self.most or texts.nbytes > self.most_bytes:
            self.wants_distinct = False
            self._distinct = []
            return
        self._distinct = [(texts, grouped["count_sum"].to_numpy(), grouped["row_min"].to_numpy())]
        self._size = self._merged_size = len(texts)

    def finish(self) -> TextFacts:
        """The facts; the distinct texts stand in the order of their first rows."""
        nothing = np.zeros(0, dtype=np.int64)
        if self.wants_distinct:
            self._merge()
        if not self.wants_distinct or not self._distinct:
            return TextFacts(self.nulls, self.classes, self.first, None, nothing, nothing)
        texts, counts, rows = self._distinct[0]
        order = np.argsort(rows, kind="stable")
        return TextFacts(
            self.nulls, self.classes, self.first, texts.take(pa.array(order)), counts[order], rows[order] + 1
        )
