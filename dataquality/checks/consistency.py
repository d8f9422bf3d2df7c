"""Consistency: columns that say nothing, mix kinds or spellings, or changed type since the version before."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np
import pyarrow.compute as pc

from dataquality.columns import Column, first_rows
from dataquality.dimensions import Dimension, Severity
from dataquality.forms_of_text import reads_as_number
from modelops.lib.figures import grouped, percent

from .base import Check, Finding, TableFacts, checks
from .validity import DOMINANT_SHARE

NEAR_CONSTANT_SHARE = 0.99
CATEGORY_SHARE = 0.05  # a text column is one of categories when at most this share of its values is distinct …
CATEGORY_COUNT = 20  # … or so few are


@checks.register("consistency")
class Consistency(Check):
    """Counts columns: one that says nothing counts whole, one in which some values disagree counts as their share."""

    dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    label: ClassVar[str] = "Columns that contradict themselves"

    def __init__(self) -> None:
        super().__init__()
        self._failed: dict[str, Fraction] = {}

    def examine(self, column: Column) -> list[Finding]:
        """Constant, nearly constant, mixed kinds, mixed spellings."""
        if column.present_count < 2:
            return []
        self.examined += 1
        present = ~column.missing
        counts = np.bincount(column.codes[present], minlength=len(column.distinct) + 1)[1:]
        most = int(counts.max())
        if most == column.present_count:
            return [self._constant(column)]
        found = []
        if most / column.present_count >= NEAR_CONSTANT_SHARE:
            found.append(self._nearly_constant(column, most))
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
        return findings

    def _constant(self, column: Column) -> Finding:
        return Finding(
            dimension=self.dimension,
            rule="constant",
            column=column.name,
            severity=Severity.WARNING,
            count=column.present_count,
            of=column.present_count,
            failed=self._take(column.name, Fraction(1)),
            message="Every value is the same: the column tells no two rows apart.",
        )

    def _nearly_constant(self, column: Column, most: int) -> Finding:
        return Finding(
            dimension=self.dimension,
            rule="nearly_constant",
            column=column.name,
            severity=Severity.INFO,
            count=most,
            of=column.present_count,
            failed=Fraction(0),
            message=f"One value makes up {percent(most / column.present_count)} of the column.",
        )

    def _mixed_kinds(self, column: Column) -> Finding | None:
        numbers = column.rows_of(reads_as_number(column.distinct)) & ~column.missing
        share = int(numbers.sum()) / column.present_count
        if not 1 - DOMINANT_SHARE <= share < DOMINANT_SHARE:
            return None
        minority = numbers if share <= 0.5 else ~numbers & ~column.missing
        count = int(minority.sum())
        return Finding(
            dimension=self.dimension,
            rule="mixed_kinds",
            column=column.name,
            severity=Severity.WARNING,
            count=count,
            of=column.present_count,
            failed=self._take(column.name, Fraction(count, column.present_count)),
            message=f"{percent(share)} of the values are numbers and the others are words.",
            first_rows=first_rows(minority),
        )

    def _mixed_spellings(self, column: Column) -> Finding | None:
        if len(column.distinct) > max(CATEGORY_COUNT, CATEGORY_SHARE * column.present_count):
            return None
        spelled = pc.utf8_lower(pc.utf8_trim_whitespace(column.distinct)).dictionary_encode()
        groups, counts = spelled.indices.to_numpy(), column.counts
        main = np.zeros(len(spelled.dictionary), dtype=np.int64)
        np.maximum.at(main, groups, counts)
        # Of spellings that are equally frequent the first one to appear is the main one.
        chosen = counts == main[groups]
        first = np.unique(groups[chosen], return_index=True)[1]
        is_main = np.zeros(len(counts), dtype=bool)
        is_main[np.flatnonzero(chosen)[first]] = True
        minority = column.rows_of(~is_main) & ~column.missing
        count = int(minority.sum())
        if not count:
            return None
        return Finding(
            dimension=self.dimension,
            rule="mixed_spellings",
            column=column.name,
            severity=Severity.WARNING,
            count=count,
            of=column.present_count,
            failed=self._take(column.name, Fraction(count, column.present_count)),
            message=f"{grouped(count)} values differ from a more frequent one only in capitals or white space.",
            first_rows=first_rows(minority),
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
