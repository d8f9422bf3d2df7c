"""The walk over a table: batches to threads, parts back in the order of the rows, another look where one did not do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from modelops.lib.cores import cores
from modelops.lib.errors import Invalid

from . import constants, fingerprints, numbers
from .cells import Cells
from .column_track import Ask, ColumnPart, ColumnTrack, Limits, count_beyond, settle_by_digits
from .duplicates import Fingerprints, Repeats
from .facts import ColumnProfile
from .kinds import Words
from .number_track import NumberFacts
from .rooms import Rooms
from .sketches import sampled_rows
from .watching import Watch, WatchFacts, WatchPart, WatchTrack

Progress = Callable[[int, int, str], None]
NEARLY = 0.99  # from this share on a value nearly makes up its column
_KEPT_NUMBERS = 1 << 16  # per column; less when there are very many columns
_KEPT_BYTES = 256 * 1024 * 1024
_TEXT_BYTES = 64 * 1024 * 1024
_SAMPLED_OF = 2**48  # rows: no table has more, also one that lies


class Table(Protocol):
    """What a walk reads; `dataquality.reading.SealedTable` is one."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of the named columns (all of them for None), in order, each time anew."""


@dataclass(frozen=True)
class Walked:
    """What a walk has found: profiles in the order of the columns, repeated rows per key, and what was watched."""

    rows: int
    profiles: tuple[ColumnProfile, ...]
    repeats: tuple[Repeats, ...]
    watched: tuple[WatchFacts, ...]


@dataclass(slots=True)
class _Part:
    rows: int
    columns: list[ColumnPart]
    words: list[tuple[Words, Any]]
    watched: list[WatchPart]


class Walk:
    """One walk; ``keys`` are the columns whose repetition is counted, an empty key stands for the whole row."""

    def __init__(
        self,
        table: Table,
        *,
        keys: Sequence[tuple[str, ...]] = ((),),
        watches: Sequence[Watch] = (),
        progress: Progress = lambda *_: None,
        threads: int | None = None,
    ) -> None:
        self._table = table
        self._names = list(table.schema.names)
        count = max(1, len(self._names))
        limits = Limits(
            max(1024, min(_KEPT_NUMBERS, _KEPT_BYTES // (8 * count))),
            max(1 << 16, min(_TEXT_BYTES, _KEPT_BYTES // count)),
            sampled_rows(min(table.rows, _SAMPLED_OF)),
        )
        self._tracks = [ColumnTrack(field.name, field.type, table.rows, limits) for field in table.schema]
        self._multipliers = fingerprints.multipliers(len(self._names))
        places = {name: place for place, name in enumerate(self._names)}
        self._keys_of: list[list[int]] = [[] for _ in self._names]
        for number, key in enumerate(keys):
            for place in {places[name] for name in key} or range(len(self._names)):
                self._keys_of[place].append(number)
        self._fingerprints = [Fingerprints(table.rows) for _ in keys]
        self._watches = [WatchTrack(watch, [places[name] for name in watch.columns]) for watch in watches]
        self._ready, self._until = _order(self._watches)
        self._rooms = Rooms(len(keys))
        self._progress = progress
        self._threads = threads or cores()

    def run(self) -> Walked:
        """Walk. Raises Invalid when the table has other rows than it says."""
        try:
            return self._run()
        finally:
            for store in self._fingerprints:
                store.close()

    def _run(self) -> Walked:
        rows = 0
        self._progress(0, self._table.rows, "reading")
        for start, part in self._in_order(self._table.batches()):
            rows = start + part.rows
            for track, column in zip(self._tracks, part.columns, strict=True):
                track.add(column, start)
            for store, (words, checks) in zip(self._fingerprints, part.words, strict=True):
                store.put(start, words, checks)
            for watch, found in zip(self._watches, part.watched, strict=True):
                watch.add(found)
            self._progress(rows, self._table.rows, "checking")
        if rows != self._table.rows:
            raise _miscounted(self._table.rows, rows)
        self._progress(rows, rows, "settling")
        settled, most = self._settled()
        repeats = []
        for store in self._fingerprints:
            repeats.append(store.repeats())
            store.close()  # its memory is the largest of all
        profiles = tuple(track.finish(settled.get(track.name), most.get(track.name, 0)) for track in self._tracks)
        return Walked(rows, profiles, tuple(repeats), tuple(watch.finish() for watch in self._watches))

    def _in_order(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, _Part]]:
        """Parts with the row that they begin at, measured in threads, given in the order of the rows."""
        waiting: deque[tuple[int, Future[_Part]]] = deque()
        start = 0
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="quality")
        try:
            for batch in batches:
                if not batch.num_rows:
                    continue
                if start + batch.num_rows > self._table.rows:
                    raise _miscounted(self._table.rows, start + batch.num_rows)
                asks = [track.ask() for track in self._tracks]
                wants = [watch.wants_rows for watch in self._watches]
                waiting.append((start, pool.submit(self._measure, batch, start, asks, wants)))
                # The first batch is waited for: what it shows tells the others what to look for.
                while waiting and (len(waiting) > self._threads or not start):
                    first, future = waiting.popleft()
                    yield first, future.result()
                    if not start:
                        break
                start += batch.num_rows
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _measure(self, batch: pa.RecordBatch, start: int, asks: list[Ask], wants: list[bool]) -> _Part:
        """Look at a batch, one column after the other while its values are in the cache."""
        rows = batch.num_rows
        room = self._rooms.take(rows)
        sums = [room.sums[number, :, :rows] for number in range(len(self._fingerprints))]
        columns: list[ColumnPart] = []
        watched: dict[int, WatchPart] = {}
        kept: dict[int, Cells] = {}  # what a watch waits for
        with np.errstate(all="ignore"):
            for place, column in enumerate(batch.columns):
                # Where a watch waits for later columns as well, these would overwrite what it waits with.
                cells = Cells(column, room.numbers if self._until.get(place, place) == place else None)
                columns.append(self._tracks[place].measure(cells, start, asks[place]))
                for number in self._keys_of[place]:
                    fingerprints.add_cells(cells, self._multipliers[:, place], *sums[number])
                if place in self._until:
                    kept[place] = cells
                for number in self._ready.get(place, ()):
                    watched[number] = self._watches[number].measure(kept, start, with_rows=wants[number])
                kept = {each: held for each, held in kept.items() if self._until[each] > place}
            words = []
            for store, (first, second) in zip(self._fingerprints, sums, strict=True):
                words.append(store.room(start, rows))
                fingerprints.finish(first, second, *words[-1])
        self._rooms.give_back(room)
        return _Part(rows, columns, words, [watched[number] for number in range(len(self._watches))])

    def _settled(self) -> tuple[dict[str, NumberFacts], dict[str, int]]:
        """Facts of the number columns, and how often the most frequent value of columns of fixed width occurs."""
        settled: dict[str, NumberFacts] = {}
        most: dict[str, int] = {}
        again: dict[str, ColumnTrack] = {}
        equal: dict[str, Any] = {}
        for track in self._tracks:
            if track.number is not None:
                facts = track.number.finish()
                if facts is None:
                    again[track.name] = track
                else:
                    settled[track.name] = facts
            if track.fixed is not None and not track.fixed.is_constant:
                most[track.name] = track.fixed.matches
                value = self._suspect(track, settled.get(track.name))
                if value is not None:
                    equal[track.name] = value
        if again or equal:
            self._look_again(again, equal, settled, most)
        return settled, most

    def _suspect(self, track: ColumnTrack, facts: NumberFacts | None) -> Any:
        """A value that may nearly make up the column and was not counted in all rows."""
        fixed = track.fixed
        is_exact = max(abs(fixed.minimum or 0), abs(fixed.maximum or 0)) <= constants.EXACT
        if is_exact and facts and facts.quartiles and facts.quartiles[0] == facts.quartiles[1]:
            # A value that nearly makes up the column fills its middle half.
            value = facts.quartiles[0]
            is_known = fixed.candidate == value and not (fixed.misses and fixed.may_reach(NEARLY))
            return None if is_known else value
        if not (is_exact and track.number) and fixed.misses and fixed.candidate is not None:
            return fixed.candidate if fixed.may_reach(NEARLY) else None
        return None

    def _look_again(
        self,
        again: dict[str, ColumnTrack],
        equal: dict[str, Any],
        settled: dict[str, NumberFacts],
        most: dict[str, int],
    ) -> None:
        names = [name for name in self._names if name in again or name in equal]
        most.update(dict.fromkeys(equal, 0))
        known = {name for name, track in again.items() if track.number.quartiles is not None}
        sides = {name: numbers.Side() for name in known}
        for name, track in again.items():
            if name not in known:
                track.number.second_look()
        start = 0
        for batch in self._table.batches(names):
            self._progress(start, self._table.rows, "looking again")
            for name, column in zip(names, batch.columns, strict=True):
                cells = Cells(column)
                if name in equal:
                    most[name] += constants.measure(cells, equal[name]).matches
                if name in known:
                    batch_of_one = [(start, cells.numbers)]
                    track = again[name].number
                    found = count_beyond(track, batch_of_one)
                    sides[name].join(numbers.Side(found.beyond, list(found.first_beyond)))
                elif name in again:
                    track = again[name].number
                    track.add_again(numbers.measure(cells.numbers, start, track.plan, 0, cells.extent))
            start += batch.num_rows
        for name, track in again.items():
            if name in known:
                settled[name] = track.number.settled(sides[name])
                continue
            facts = track.number.finish()
            if facts is None:
                facts = settle_by_digits(track.number, lambda name=name: self._numbers_of(name))
            settled[name] = facts

    def _numbers_of(self, name: str) -> Iterator[tuple[int, Any]]:
        start = 0
        for batch in self._table.batches([name]):
            yield start, Cells(batch.column(0)).numbers
            start += batch.num_rows


def _order(watches: list[WatchTrack]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """After the place of which column each watch has all that it looks at, and until which place a column is kept."""
    ready: dict[int, list[int]] = {}
    until: dict[int, int] = {}
    for number, watch in enumerate(watches):
        last = max(watch.places, default=0)
        ready.setdefault(last, []).append(number)
        until |= {place: max(last, until.get(place, 0)) for place in watch.places}
    return ready, until


def _miscounted(said: int, found: int) -> Invalid:
    return Invalid(
        f"The file says that it has {said:,} rows and holds {'more' if found > said else f'{found:,}'}. It may be cut "
        "off or damaged; write it again and upload that.",
        code="dataset.row_count",
        field="file",
    )
