"""Uniqueness: rows that repeat an earlier row."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dataquality.columns import Column, first_rows
from dataquality.dimensions import Dimension
from modelops.lib.figures import grouped

from .base import Check, Finding, TableFacts, checks, graded

WARNING_SHARE = 0.001
CRITICAL_SHARE = 0.05


@checks.register("uniqueness")
class Uniqueness(Check):
    """Rows are told apart column by column, exactly and without hashing.

    ``_groups`` numbers the distinct rows of the columns seen so far. Each further column can only split a group, and
    when every row stands alone nothing is left to do. Memory: two integers a row, whatever the columns hold.
    """

    dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    label: ClassVar[str] = "Duplicate rows"

    def __init__(self) -> None:
        super().__init__()
        self._groups: NDArray[np.int64] | None = None
        self._all_alone = False

    def examine(self, column: Column) -> list[Finding]:
        """Split the groups by this column; the finding comes at the end."""
        self.examined = len(column)
        if self._all_alone:
            return []
        earlier = 0 if self._groups is None else self._groups
        split = earlier * (len(column.distinct) + 1) + column.codes
        distinct, self._groups = np.unique(split, return_inverse=True)
        self._all_alone = len(distinct) == len(column)
        return []

    def conclude(self, facts: TableFacts) -> list[Finding]:
        """One finding when a row repeats an earlier one in every column."""
        if self._groups is None or self._all_alone:
            return []
        repeats = np.ones(len(self._groups), dtype=bool)
        repeats[np.unique(self._groups, return_index=True)[1]] = False
        count = int(repeats.sum())
        share = count / len(self._groups)
        return [
            Finding(
                dimension=self.dimension,
                rule="duplicate_rows",
                column=None,
                severity=graded(share, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=count,
                of=len(self._groups),
                failed=Fraction(count),
                message=f"{grouped(count)} of {grouped(len(self._groups))} rows repeat an earlier row.",
                first_rows=first_rows(repeats),
            )
        ]
