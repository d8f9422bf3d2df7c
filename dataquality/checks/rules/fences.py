"""Numbers inside Tukey's fences."""

from __future__ import annotations

from typing import ClassVar

from dataquality.dimensions import Dimension
from modelops.lib.figures import grouped

from .base import Rule, RuleFacts, Verdict, rules


@rules.register("fences")
class InsideFences(Rule):
    """No number lies more than 1.5 interquartile ranges beyond the quartiles; with a tolerated share, few do."""

    label: ClassVar[str] = "Inside the fences"
    dimension: ClassVar[Dimension] = Dimension.OUTLIERS
    kinds = frozenset({"number"})

    def judge(self, facts: RuleFacts) -> Verdict:
        """Outliers, from the profile."""
        number = facts.profiles[self.columns[0]].number
        if number is None or number.fences is None:
            return Verdict(0, 0, "The column has no fences: its middle half is one value.")
        low, high = number.fences
        message = f"{grouped(number.beyond)} of {grouped(number.finite)} numbers lie beyond the fences."
        finds = f"finite({self.name}) and ({self.name} < {low!r} or {self.name} > {high!r})"
        return Verdict(number.beyond, number.finite, message, finds, number.first_beyond)
