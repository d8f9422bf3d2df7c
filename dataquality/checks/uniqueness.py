"""Uniqueness: rows that repeat an earlier row."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from dataquality.dimensions import Dimension
from dataquality.profiling.facts import ColumnProfile
from modelops.lib.figures import grouped

from .base import Check, Finding, TableFacts, checks, graded

WARNING_SHARE = 0.001
CRITICAL_SHARE = 0.05


@checks.register("uniqueness")
class Uniqueness(Check):
    """Rows that are equal in every column; the walk has counted them from their fingerprints."""

    dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    label: ClassVar[str] = "Duplicate rows"

    def examine(self, column: ColumnProfile) -> list[Finding]:
        """The finding comes at the end."""
        self.examined = column.rows
        return []

    def conclude(self, facts: TableFacts) -> list[Finding]:
        """One finding when a row repeats an earlier one in every column."""
        count = facts.repeats.count
        if not count:
            return []
        return [
            Finding(
                dimension=self.dimension,
                rule="duplicate_rows",
                column=None,
                severity=graded(count / facts.rows, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=count,
                of=facts.rows,
                failed=Fraction(count),
                message=f"{grouped(count)} of {grouped(facts.rows)} rows repeat an earlier row.",
                first_rows=facts.repeats.rows,
                filter="repeats()",
            )
        ]
