"""Completeness: cells without a value."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from dataquality.columns import Column, first_rows
from dataquality.dimensions import Dimension
from modelops.lib.figures import grouped

from .base import Check, Finding, checks, graded

WARNING_SHARE = 0.05
CRITICAL_SHARE = 0.5


@checks.register("completeness")
class Completeness(Check):
    """Null, not-a-number and blank text count as missing, per column."""

    dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    label: ClassVar[str] = "Missing values"

    def examine(self, column: Column) -> list[Finding]:
        """One finding when anything is missing."""
        self.examined += len(column)
        missing = column.missing_count
        if not missing:
            return []
        share = missing / len(column)
        return [
            Finding(
                dimension=self.dimension,
                rule="missing",
                column=column.name,
                severity=graded(share, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=missing,
                of=len(column),
                failed=Fraction(missing),
                message=f"{grouped(missing)} of {grouped(len(column))} values are missing.",
                first_rows=first_rows(column.missing),
            )
        ]
