"""Metric points as they were sent, checked one by one."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from monitoring.predictions.numbers import number
from monitoring.predictions.sent_rows import Moments, check_count
from monitoring.predictions.texts import kind_of, refusal, short_text

CODE: Final = "metric.bad_point"
_MEMBERS: Final = frozenset({"name", "segment", "value", "at", "step", "unit"})
# What Prometheus, MLflow and people write: letters, digits and _ . / - and blanks inside.
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./@ -]{0,98}[A-Za-z0-9_%]|[A-Za-z_]")


@dataclass(frozen=True, slots=True)
class SentPoint:
    """One value of one metric."""

    name: str
    segment: str
    unit: str
    at: dt.datetime
    step: int
    value: float


def read_points(sent: list[Any], now: dt.datetime) -> list[SentPoint]:
    """The points of a request that arrived at ``now``. Raises Invalid for the first one at fault, with its place."""
    check_count(len(sent), "points")
    moments = Moments(now, "points")
    found = []
    for index, row in enumerate(sent):
        place = f"points[{index}]"
        if type(row) is not dict:
            raise refusal(place, f"is {kind_of(row)}", "an object", code=CODE)
        if not row.keys() <= _MEMBERS:
            raise refusal(place, "has unknown members", f"only {', '.join(sorted(_MEMBERS))}", code=CODE)
        name = row.get("name")
        if type(name) is not str or not _NAME.fullmatch(name):
            expected = "letters, digits and _ . / @ - and blanks, at most 100, the first one a letter"
            raise refusal(f"{place}.name", "is no name of a metric", expected, code=CODE)
        step = row.get("step", 0)
        if type(step) is not int or not 0 <= step < 2**53:
            raise refusal(f"{place}.step", f"is {kind_of(step)}", "a whole number from 0", code=CODE)
        found.append(
            SentPoint(
                name,
                short_text(row["segment"], f"{place}.segment", 100, code=CODE) if row.get("segment") else "",
                short_text(row["unit"], f"{place}.unit", 20, code=CODE) if row.get("unit") else "",
                moments.read(row.get("at"), index),
                step,
                number(row.get("value"), f"{place}.value", code=CODE),
            )
        )
    return found
