"""Completeness: cells without a value."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from dataquality.dimensions import Dimension
from dataquality.profiling.facts import ColumnProfile
from modelops.lib.figures import grouped

from .base import Check, Finding, checks, graded, quoted

WARNING_SHARE = 0.05
CRITICAL_SHARE = 0.5


@checks.register("completeness")
class Completeness(Check):
    """Null, not-a-number and blank text count as missing, per column."""

    dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    label: ClassVar[str] = "Missing values"

    def examine(self, column: ColumnProfile) -> list[Finding]:
        """One finding when anything is missing."""
        self.examined += column.rows
        missing = column.missing
        if not missing:
            return []
        share = missing / column.rows
        return [
            Finding(
                dimension=self.dimension,
                rule="missing",
                column=column.name,
                severity=graded(share, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=missing,
                of=column.rows,
                failed=Fraction(missing),
                message=f"{grouped(missing)} of {grouped(column.rows)} values are missing.",
                first_rows=column.first_missing,
                filter=f"missing({quoted(column.name)})",
            )
        ]
