"""Data that must not be old."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import numpy as np

from dataquality.dimensions import Dimension

from .base import Param, Rule, RuleFacts, Verdict, rules

_UNITS = {"date32[day]": "D", "date64[ms]": "ms"}


@rules.register("freshness")
class Freshness(Rule):
    """The latest moment of the column lies at most ``days`` before the run."""

    label: ClassVar[str] = "Fresh"
    dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    params = {"days": Param("number", required=True)}
    kinds = frozenset({"time"})

    def judge(self, facts: RuleFacts) -> Verdict:
        """One table of one when its newest row is too old, or when it has no moment at all."""
        column = facts.profiles[self.columns[0]]
        if column.maximum is None:
            return Verdict(1, 1, "The column holds no moment, so nobody can tell how old the data is.")
        unit = _UNITS.get(column.type) or column.type.partition("[")[2].partition(",")[0].rstrip("]")
        newest = np.datetime64(int(column.maximum), unit)
        now = np.datetime64(facts.now.astimezone(dt.UTC).replace(tzinfo=None), "us")
        age = float((now - newest.astype("datetime64[us]")) / np.timedelta64(1, "D"))
        is_old = age > float(self.given["days"])
        return Verdict(int(is_old), 1, f"The newest row is {max(age, 0):.1f} days old.")
