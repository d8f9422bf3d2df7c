"""Rows that must hold enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dataquality.checks.base import quoted
from dataquality.dimensions import Dimension
from dataquality.expressions.evaluate import missing_rows
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from dataquality.profiling.watching import Watch
from modelops.lib.figures import grouped

from .base import Param, Rule, RuleFacts, Verdict, rules


@dataclass(frozen=True)
class _Gaps(Watch):
    columns: tuple[str, ...]
    most: int

    def look(self, cells: list[Cells]) -> tuple[Mask, int]:
        """Rows with more gaps than allowed."""
        gaps = np.zeros(cells[0].rows, dtype=np.int32)
        for each in cells:
            gaps += missing_rows(each)
        return gaps > self.most, cells[0].rows


@rules.register("complete_rows")
class CompleteRows(Rule):
    """At most ``most`` of the columns are missing in any row; none without a number."""

    label: ClassVar[str] = "Rows hold enough"
    dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    params = {"most": Param("integer")}
    columns_needed = (1, 1000)

    def watches(self) -> list[Watch]:
        """Counts the gaps of each row."""
        return [_Gaps(self.columns, int(self.given.get("most", 0)))]

    def judge(self, facts: RuleFacts) -> Verdict:
        """As many as were counted."""
        (found,) = facts.watched
        most = int(self.given.get("most", 0))
        message = f"{grouped(found.count)} of {grouped(found.of)} rows miss more than {most} of these columns."
        finds = " or ".join(f"missing({quoted(name)})" for name in self.columns) if not most else ""
        return Verdict(found.count, found.of, message, finds, [(row, None) for row, _ in found.first])
