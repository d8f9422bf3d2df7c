"""One column through the walk, whatever its kind: what to look for in the next batch, and the profile at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from . import constants, numbers, texts
from .cells import Cells
from .constants import FixedPart, FixedTrack
from .facts import ColumnProfile, Sighted
from .kinds import FIRST_ROWS, first_rows, is_fixed, kind_of
from .number_track import NumberFacts, NumberTrack, beyond
from .numbers import NumberPart, Plan, exact_fences, places
from .selection_by_digits import value_at
from .text_classes import BLANK
from .texts import TextPart, TextTrack
from .windows import interpolated

EARLIEST_YEAR, LATEST_YEAR = 1800, 2200  # outside stand only slips of the pen and placeholders such as 9999-12-31
CATEGORY_SHARE = 0.05  # a text column is one of categories when at most this share of its values is distinct …
CATEGORY_COUNT = 20  # … or so few are …
CATEGORY_MOST = 20_000  # … and never when there are more than anybody has names for


@dataclass(frozen=True)
class Limits:
    """What a column may keep in memory."""

    numbers: int
    text_bytes: int
    sampled: NDArray[np.int64]  # rows of the table that stand for all, in order


@dataclass(frozen=True, slots=True)
class Ask:
    """What to look for in one batch, as far as the batches before have shown."""

    plan: Plan
    candidate: Any
    most_distinct: int | None  # texts
    with_missing: bool  # whether the first rows without a value are not all known


@dataclass(slots=True)
class ColumnPart:
    """What one batch gives about one column."""

    missing: int
    first_missing: list[int]
    number: NumberPart | None = None
    fixed: FixedPart | None = None
    text: TextPart | None = None
    out: int = 0
    first_out: list[Sighted] = field(default_factory=list)
    sample: NDArray[np.float64] | None = None


class ColumnTrack:
    """A column of ``rows`` rows."""

    def __init__(self, name: str, kind: pa.DataType, rows: int, limits: Limits) -> None:
        self.name = name
        self.type = kind
        self.kind = kind_of(kind)
        self._rows = rows
        inner = kind.value_type if pa.types.is_dictionary(kind) else kind
        self._is_decimal = bool(pa.types.is_decimal(inner))
        self._is_fixed = is_fixed(inner) or bool(pa.types.is_boolean(inner))
        self._calendar = _calendar(inner) if self.kind == "time" else None
        self.number = NumberTrack(limits.numbers, rows) if self.kind == "number" else None
        self.fixed = FixedTrack() if self._is_fixed else None
        most = max(CATEGORY_COUNT, min(CATEGORY_MOST, int(CATEGORY_SHARE * rows)))
        by_text = not self._is_fixed and self.kind != "empty"
        self.text = TextTrack(most, limits.text_bytes) if by_text else None
        self._missing = 0
        self._first_missing: list[int] = []
        self._out = 0
        self._first_out: list[Sighted] = []
        self._sampled = limits.sampled if self.kind in ("number", "boolean") else None
        self._sample: list[NDArray[np.float64]] = []

    def ask(self) -> Ask:
        """What to look for in the next batch."""
        return Ask(
            self.number.plan if self.number else Plan(),
            self.fixed.asked if self.fixed else None,
            self.text.asked if self.text else None,
            len(self._first_missing) < FIRST_ROWS,
        )

    def measure(self, cells: Cells, start: int, ask: Ask) -> ColumnPart:
        """Look at one batch; runs in any thread and changes nothing."""
        part = ColumnPart(cells.gone, [])
        if ask.with_missing and cells.absent is not None:
            part.first_missing = [start + row + 1 for row in first_rows(cells.absent)]
        if self.number is not None:
            part.number = numbers.measure(cells.numbers, start, ask.plan, part.missing, cells.extent)
        if self.fixed is not None:
            part.fixed = constants.measure(cells, ask.candidate)
        if self.text is not None:
            told = Cells(cells.array.cast(pa.string())) if self._is_decimal else cells
            classify = self.kind == "text"
            part.text = texts.measure(told, start, most=ask.most_distinct, classify=classify)
        if self._sampled is not None:
            part.sample = self._sample_of(cells, start, self._sampled)
        if self._calendar is not None:
            low, high = self._calendar
            if (
                part.fixed is not None
                and part.fixed.present
                and (part.fixed.minimum < low or part.fixed.maximum >= high)
            ):
                outside = (cells.raw < low) | (cells.raw >= high)
                if cells.valid is not None:
                    outside &= cells.valid
                part.out = int(np.count_nonzero(outside))
                part.first_out = [(start + row + 1, cells.value_at(row)) for row in first_rows(outside)]
        return part

    def add(self, part: ColumnPart, start: int) -> None:
        """Take the part of the batch that begins at row ``start``; batches come in order."""
        self._missing += part.missing
        self._first_missing = (self._first_missing + part.first_missing)[:FIRST_ROWS]
        self._out += part.out
        if part.sample is not None:
            self._sample.append(part.sample)
        self._first_out = (self._first_out + part.first_out)[:FIRST_ROWS]
        if self.number is not None:
            self.number.add(part.number, start)
        if self.fixed is not None:
            self.fixed.add(part.fixed)
        if self.text is not None:
            self.text.add(part.text)

    def _sample_of(self, cells: Cells, start: int, sampled: NDArray[np.int64]) -> NDArray[np.float64]:
        """The finite values of the sampled rows that lie in the batch."""
        first, last = np.searchsorted(sampled, (start, start + cells.rows))
        rows = sampled[first:last] - start
        if self.number is not None:
            values = cells.numbers[rows]
            return values[np.isfinite(values)]
        return cells.raw[rows if cells.valid is None else rows[cells.valid[rows]]].astype(np.float64)

    def finish(self, number: NumberFacts | None, most: int) -> ColumnProfile:
        """The profile; ``number`` and ``most`` are what the walk has settled."""
        text = self.text.finish() if self.text is not None else None
        missing, first_missing = self._missing, self._first_missing
        is_constant = self.fixed.is_constant if self.fixed is not None else False
        minimum, maximum = (self.fixed.minimum, self.fixed.maximum) if self.fixed is not None else (None, None)
        if text is not None:
            if self.kind == "text":
                blanks = [row for row, _ in text.sightings(all_of=BLANK)]
                missing += text.count(all_of=BLANK)
                first_missing = sorted([*first_missing, *blanks])[:FIRST_ROWS]
            most = text.most(blank_is_missing=self.kind == "text")
            is_constant = 0 < most == self._rows - missing
        return ColumnProfile(
            name=self.name,
            type=str(self.type),
            kind=self.kind,
            rows=self._rows,
            missing=missing,
            first_missing=tuple(first_missing),
            is_constant=is_constant,
            most=self._rows - missing if is_constant else most,
            number=number,
            text=text,
            minimum=minimum,
            maximum=maximum,
            out_of_calendar=self._out,
            first_out_of_calendar=tuple(self._first_out),
            sample=None if self._sampled is None else np.sort(np.concatenate([np.zeros(0), *self._sample])),
        )


def _calendar(kind: pa.DataType) -> tuple[int, int]:
    """The first moment inside and the first one after, in the column's own unit."""
    unit = "D" if pa.types.is_date32(kind) else "ms" if pa.types.is_date64(kind) else kind.unit
    low, high = np.datetime64(f"{EARLIEST_YEAR}-01-01", unit), np.datetime64(f"{LATEST_YEAR + 1}-01-01", unit)
    return int(low.astype(np.int64)), int(high.astype(np.int64))


def settle_by_digits(track: NumberTrack, read: Any) -> NumberFacts:
    """The facts of a column that two walks could not settle; ``read`` gives its batches as (start, numbers)."""
    found = []
    for q in numbers.QUARTILES:
        at, before, after = places(track.finite, q)
        only = lambda: (values for _, values in read())  # noqa: E731
        found.append(interpolated(at, value_at(only, before), value_at(only, after)))
    track.quartiles = (found[0], found[1])
    return count_beyond(track, read())


def count_beyond(track: NumberTrack, batches: Any) -> NumberFacts:
    """The facts of a column whose quartiles are known."""
    side = numbers.Side()
    facts = track.settled(side)
    if facts.fences is None:
        return facts
    low, high = exact_fences(*facts.quartiles)  # type: ignore[misc]
    for start, values in batches:
        side.join(beyond(values, start, low, high))
    return track.settled(side)
