"""Tables that must not shrink or swell."""

from __future__ import annotations

from statistics import median
from typing import ClassVar

from dataquality.dimensions import Dimension
from modelops.lib.errors import Invalid
from modelops.lib.figures import grouped

from .base import Param, Rule, RuleFacts, Verdict, rules


@rules.register("volume")
class Volume(Rule):
    """From ``min`` to ``max`` rows, and at most ``change`` (a share) away from the median of earlier versions."""

    label: ClassVar[str] = "Number of rows"
    dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    params = {"min": Param("integer"), "max": Param("integer"), "change": Param("number")}
    columns_needed = (0, 0)

    def check(self) -> None:
        """At least one of the three."""
        if not self.given:
            raise Invalid("A volume needs min, max or change.", code="rule.parameter", field="min")

    def judge(self, facts: RuleFacts) -> Verdict:
        """One table of one when a bound is passed; without history nothing has changed."""
        usual = median(facts.history) if facts.history else None
        beyond = facts.rows < self.given.get("min", 0) or facts.rows > self.given.get("max", 2**62)
        if "change" in self.given and usual:
            beyond = beyond or abs(facts.rows - usual) > float(self.given["change"]) * usual
        told = "" if usual is None else f" Earlier versions had {grouped(int(usual))} rows as a rule."
        return Verdict(int(beyond), 1, f"The table has {grouped(facts.rows)} rows.{told}")
