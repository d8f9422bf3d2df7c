"""Keys that must not repeat."""

from __future__ import annotations

from typing import ClassVar

from dataquality.dimensions import Dimension
from modelops.lib.figures import grouped

from .base import Rule, RuleFacts, Verdict, rules


@rules.register("unique")
class Unique(Rule):
    """No row has the values of an earlier one in these columns; with a tolerated share, a key that nearly holds."""

    label: ClassVar[str] = "Unique"
    dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    columns_needed = (1, 100)

    def repeated(self) -> list[tuple[str, ...]]:
        """The columns are the key."""
        return [self.columns]

    def judge(self, facts: RuleFacts) -> Verdict:
        """Rows whose key an earlier row has."""
        (repeats,) = facts.repeats
        message = f"{grouped(repeats.count)} of {grouped(facts.rows)} rows repeat the key of an earlier row."
        return Verdict(repeats.count, facts.rows, message, "", [(row, None) for row in repeats.rows])
