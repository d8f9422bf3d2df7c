"""Columns that must say something."""

from __future__ import annotations

from typing import ClassVar

from dataquality.dimensions import Dimension

from .base import Rule, RuleFacts, Verdict, rules


@rules.register("varies")
class Varies(Rule):
    """The column holds more than one value."""

    label: ClassVar[str] = "Not constant"
    dimension: ClassVar[Dimension] = Dimension.CONSISTENCY

    def judge(self, facts: RuleFacts) -> Verdict:
        """One column of one when all its values are the same."""
        is_constant = facts.profiles[self.columns[0]].is_constant
        return Verdict(int(is_constant), 1, "Every value is the same." if is_constant else "The values vary.")
