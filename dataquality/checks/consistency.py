"""Consistency: columns that say nothing, mix kinds or spellings, have another type than before, or moved."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np
import pyarrow.compute as pc

from dataquality.dimensions import Dimension, Severity
from dataquality.profiling.column_track import CATEGORY_COUNT, CATEGORY_SHARE
from dataquality.profiling.facts import ColumnProfile
from dataquality.profiling.kinds import FIRST_ROWS
from dataquality.profiling.sketches import Shift
from dataquality.profiling.text_classes import BLANK, NUMBER, classes_of
from dataquality.profiling.walk import NEARLY
from modelops.lib.figures import grouped, percent
from modelops.lib.stability import SHIFTED, STABLE

from .base import Check, Finding, TableFacts, checks, quoted, seen
from .validity import DOMINANT_SHARE

SHIFT_TAKES = Fraction(1, 2)


@checks.register("consistency")
class Consistency(Check):
    """Counts columns: one that says nothing counts whole, one in which some values disagree counts as their share."""

    dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    label: ClassVar[str] = "Columns that contradict themselves"

    def __init__(self) -> None:
        super().__init__()
        self._failed: dict[str, Fraction] = {}

    def examine(self, column: ColumnProfile) -> list[Finding]:
        """Constant, nearly constant, mixed kinds, mixed spellings."""
        if column.present < 2:
            return []
        self.examined += 1
        if column.is_constant:
            return [self._constant(column)]
        found = []
        if column.most / column.present >= NEARLY:
            found.append(self._nearly_constant(column))
        if column.kind == "text":
            found += [finding for finding in (self._mixed_kinds(column), self._mixed_spellings(column)) if finding]
        return found

    def conclude(self, facts: TableFacts) -> list[Finding]:
        """Columns that were removed or have another type than in the version before."""
        findings = []
        for name, before in (facts.previous_types or {}).items():
            now = facts.types.get(name)
            if now is None:
                self.examined += 1
                findings.append(self._breaking(name, "removed", "The column of the version before is gone."))
            elif now != before:
                findings.append(self._breaking(name, "retyped", f"The type was {before} before and is {now} now."))
        for name, shift in facts.shifts.items():
            if shift.index >= STABLE and shift.index > shift.chance:
                findings.append(self._shifted(name, shift))
        return findings

    def _shifted(self, name: str, shift: Shift) -> Finding:
        """The world may really have changed, so a column that moved far takes half of itself; accept it if it is so."""
        far = shift.index >= SHIFTED
        gap = "" if shift.gap is None else f", largest gap {shift.gap:.3f}"
        return Finding(
            dimension=self.dimension,
            rule="shifted",
            column=name,
            severity=Severity.WARNING if far else Severity.INFO,
            count=1,
            of=1,
            failed=self._take(name, SHIFT_TAKES) if far else Fraction(0),
            message=(
                f"The values are distributed otherwise than in the last accepted version: stability index "
                f"{shift.index:.3f}{gap}; from {SHIFTED} on a column counts as shifted."
            ),
        )

    def _constant(self, column: ColumnProfile) -> Finding:
        return Finding(
            dimension=self.dimension,
            rule="constant",
            column=column.name,
            severity=Severity.WARNING,
            count=column.present,
            of=column.present,
            failed=self._take(column.name, Fraction(1)),
            message="Every value is the same: the column tells no two rows apart.",
        )

    def _nearly_constant(self, column: ColumnProfile) -> Finding:
        return Finding(
            dimension=self.dimension,
            rule="nearly_constant",
            column=column.name,
            severity=Severity.INFO,
            count=column.most,
            of=column.present,
            failed=Fraction(0),
            message=f"One value makes up {percent(column.most / column.present)} of the column.",
        )

    def _mixed_kinds(self, column: ColumnProfile) -> Finding | None:
        text, name = column.text, quoted(column.name)
        numbers = text.count(all_of=NUMBER)
        share = numbers / column.present
        if not 1 - DOMINANT_SHARE <= share < DOMINANT_SHARE:
            return None
        few = share <= 0.5
        count = numbers if few else column.present - numbers
        first = text.sightings(all_of=NUMBER) if few else text.sightings(none_of=NUMBER | BLANK)
        finds = f"reads_as_number({name})" if few else f"not missing({name}) and not reads_as_number({name})"
        return Finding(
            dimension=self.dimension,
            rule="mixed_kinds",
            column=column.name,
            severity=Severity.WARNING,
            count=count,
            of=column.present,
            failed=self._take(column.name, Fraction(count, column.present)),
            message=f"{percent(share)} of the values are numbers and the others are words.",
            filter=finds,
            **seen(first),
        )

    def _mixed_spellings(self, column: ColumnProfile) -> Finding | None:
        distinct = column.text.distinct
        if distinct is None or len(distinct) > max(CATEGORY_COUNT, CATEGORY_SHARE * column.present):
            return None
        spelled = pc.utf8_lower(pc.utf8_trim_whitespace(distinct)).dictionary_encode()
        groups, counts = spelled.indices.to_numpy(), column.text.counts
        main = np.zeros(len(spelled.dictionary), dtype=np.int64)
        np.maximum.at(main, groups, counts)
        # Of spellings that are equally frequent the first one to appear is the main one.
        chosen = counts == main[groups]
        first = np.unique(groups[chosen], return_index=True)[1]
        is_main = np.zeros(len(counts), dtype=bool)
        is_main[np.flatnonzero(chosen)[first]] = True
        others = np.flatnonzero(~is_main & (classes_of(distinct) & BLANK == 0))
        count = int(counts[others].sum())
        if not count:
            return None
        # The first row of each of these spellings; the distinct texts stand in the order of their first rows.
        shown = others[:FIRST_ROWS]
        return Finding(
            dimension=self.dimension,
            rule="mixed_spellings",
            column=column.name,
            severity=Severity.WARNING,
            count=count,
            of=column.present,
            failed=self._take(column.name, Fraction(count, column.present)),
            message=f"{grouped(count)} values differ from a more frequent one only in capitals or white space.",
            filter=f"other_spelling({quoted(column.name)})",
            **seen([(int(column.text.first_rows[place]), distinct[int(place)].as_py()) for place in shown]),
        )

    def _breaking(self, name: str, rule: str, message: str) -> Finding:
        return Finding(
            dimension=self.dimension,
            rule=rule,
            column=name,
            severity=Severity.CRITICAL,
            count=1,
            of=1,
            failed=self._take(name, Fraction(1)),
            message=message,
        )

    def _take(self, name: str, share: Fraction) -> Fraction:
        """As much of ``share`` as the column has left: no column takes more than itself from the score."""
        taken = self._failed.get(name, Fraction(0))
        share = min(share, 1 - taken)
        self._failed[name] = taken + share
        return share
