"""When a rule fires and when it is well again: from the state before and the new values to the state after."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitoring.models.alert_rules import Operator, RuleStanding

from .sources import Value

_IN_TROUBLE = frozenset({RuleStanding.FIRING, RuleStanding.MISSING, RuleStanding.VANISHED})


class Limits(Protocol):
    """What of a rule decides."""

    operator: str
    threshold: float
    recovery: float | None
    for_points: int
    for_s: int
    missing_after_s: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands; ``since`` is the first value in a row that breaks the threshold."""

    state: str = RuleStanding.WELL.value
    since: datetime | None = None
    in_a_row: int = 0
    last_value: float | None = None
    last_at: datetime | None = None

    @property
    def in_trouble(self) -> bool:
        """Whether an alert should be open."""
        return self.state in _IN_TROUBLE


def breaks(limits: Limits, value: float) -> bool:
    """Whether a value is on the wrong side of the threshold. What is no number breaks every threshold."""
    if value != value:
        return True
    return {
        Operator.ABOVE: value > limits.threshold,
        Operator.AT_LEAST: value >= limits.threshold,
        Operator.BELOW: value < limits.threshold,
        Operator.AT_MOST: value <= limits.threshold,
    }[Operator(limits.operator)]


def is_well(limits: Limits, value: float) -> bool:
    """Whether a value ends the trouble: on the right side of the threshold, and of the recovery where one is set."""
    if breaks(limits, value):
        return False
    if limits.recovery is None:
        return True
    if limits.operator in {Operator.ABOVE, Operator.AT_LEAST}:
        return value <= limits.recovery
    return value >= limits.recovery


def after(limits: Limits, before: Standing, values: Iterable[Value]) -> Standing:
    """The standing after new values, oldest first."""
    standing = before
    for one in values:
        standing = _step(limits, standing, one)
    return standing


def _step(limits: Limits, before: Standing, one: Value) -> Standing:
    seen = replace(before, last_value=one.value, last_at=one.at)
    if breaks(limits, one.value):
        since = before.since or one.at
        in_a_row = before.in_a_row + 1
        long_enough = in_a_row >= limits.for_points and one.at - since >= timedelta(seconds=limits.for_s)
        fires = long_enough or before.state == RuleStanding.FIRING
        state = RuleStanding.FIRING if fires else RuleStanding.PENDING
        return replace(seen, state=state.value, since=since, in_a_row=in_a_row)
    if before.state == RuleStanding.FIRING and not is_well(limits, one.value):
        return replace(seen, in_a_row=0)  # between recovery and threshold: hysteresis keeps the alert
    return replace(seen, state=RuleStanding.WELL.value, since=None, in_a_row=0)


def without_values(limits: Limits, before: Standing, now: datetime, known_since: datetime) -> Standing:
    """The standing when nothing new came: trouble once it takes longer than the rule allows."""
    if limits.missing_after_s is None:
        return before
    newest = before.last_at or known_since
    if now - newest <= timedelta(seconds=limits.missing_after_s) or before.state == RuleStanding.FIRING:
        return before
    return replace(before, state=RuleStanding.MISSING.value, since=before.since or newest)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done: the values, and when alerts would have opened and ended."""

    values: list[Value]
    fired: list[tuple[datetime, datetime | None]]


def tried(limits: Limits, values: list[Value]) -> Trial:
    """The rule over past values."""
    standing, fired = Standing(), list[tuple[datetime, datetime | None]]()
    for one in values:
        was = standing.in_trouble
        standing = _step(limits, standing, one)
        if standing.in_trouble and not was:
            fired.append((one.at, None))
        elif was and not standing.in_trouble:
            fired[-1] = (fired[-1][0], one.at)
    return Trial(values, fired)
