"""Numbers near the median, for columns with heavy tails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from dataquality.dimensions import Dimension
from dataquality.profiling.number_track import beyond
from dataquality.profiling.numbers import Side, places
from dataquality.profiling.selection_by_digits import value_at
from dataquality.profiling.windows import interpolated
from modelops.lib.figures import grouped

from .base import Param, Rule, RuleFacts, Verdict, rules

# Of a normal distribution the median deviation times this is the standard deviation: 1 / quantile of 0.75.
NORMAL = 1.482602218505602
USUAL_Z = 3.5  # B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers", 1993


@rules.register("robust_z")
class RobustZ(Rule):
    """No number lies more than ``z`` robust standard deviations from the median (3.5 without a number)."""

    label: ClassVar[str] = "Near the median"
    dimension: ClassVar[Dimension] = Dimension.OUTLIERS
    params = {"z": Param("number")}
    kinds = frozenset({"number"})

    def judge(self, facts: RuleFacts) -> Verdict:
        """Reads the column a few times more: for the median, for the deviations, for what lies beyond."""
        name = self.columns[0]
        number = facts.profiles[name].number
        if number is None or not number.finite:
            return Verdict(0, 0, "The column holds no finite number.")
        centre = _median(lambda: (values for _, values in facts.read(name)), number.finite)
        spread = _median(lambda: (np.abs(values - centre) for _, values in facts.read(name)), number.finite)
        if not spread or not np.isfinite(spread):
            return Verdict(0, 0, "Half of the numbers are the same: there is no deviation to measure by.")
        reach = float(self.given.get("z", USUAL_Z)) * NORMAL * spread
        low, high = centre - reach, centre + reach
        side = Side()
        for start, values in facts.read(name):
            side.join(beyond(values, start, low, high))
        message = f"{grouped(side.count)} of {grouped(number.finite)} numbers lie far from the median."
        finds = f"finite({self.name}) and ({self.name} < {low!r} or {self.name} > {high!r})"
        return Verdict(side.count, number.finite, message, finds, side.first)


def _median(read: Any, count: int) -> float:
    def only_finite() -> Iterator[Any]:
        with np.errstate(all="ignore"):
            yield from read()

    at, before, after = places(count, 0.5)
    low = value_at(only_finite, before)
    return low if before == at else interpolated(at, low, value_at(only_finite, after))
