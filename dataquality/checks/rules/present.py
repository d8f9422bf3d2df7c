"""Values that must be there."""

from __future__ import annotations

from typing import ClassVar

from dataquality.dimensions import Dimension
from modelops.lib.figures import grouped

from .base import Rule, RuleFacts, Verdict, rules


@rules.register("present")
class Present(Rule):
    """No cell of the column is null, not a number or blank."""

    label: ClassVar[str] = "Has a value"
    dimension: ClassVar[Dimension] = Dimension.COMPLETENESS

    def judge(self, facts: RuleFacts) -> Verdict:
        """Missing cells, from the profile."""
        column = facts.profiles[self.columns[0]]
        message = f"{grouped(column.missing)} of {grouped(column.rows)} values are missing."
        seen = [(row, None) for row in column.first_missing]
        return Verdict(column.missing, column.rows, message, f"missing({self.name})", seen)
