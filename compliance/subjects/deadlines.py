"""When a request of a data subject must be answered. Pure arithmetic on aware times."""

import calendar
import datetime as dt
from typing import Final

GDPR: Final = "GDPR"
CCPA: Final = "CCPA"

CCPA_ANSWER_DAYS: Final = 45
"""Cal. Civ. Code § 1798.130(a)(2)(A): within 45 days of receiving the request."""


CCPA_CONFIRM_BUSINESS_DAYS: Final = 10
"""11 CCR § 7021(a): receipt is confirmed within ten business days."""

ALERT_DAYS: Final = (7, 20, 25, 28)
"""Days since the receipt on which somebody who has not answered yet is reminded, each time louder."""


def add_months(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day and time ``months`` later, or the last day of that month when it has no such day.

    >>> add_months(dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC), 1).date().isoformat()
    '2026-02-28'
    """
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def due_at(regime: str, received_at: dt.datetime) -> dt.datetime:
    """The last moment for the answer to a request received at ``received_at`` (aware, UTC).

    GDPR Art. 12(3) gives one month, counted as the same day of the next month (Regulation 1182/71, Art. 3(2)(c));
    CCPA gives 45 calendar days. The hour of receipt is kept although the law allows the whole last day, so that a
    person in an earlier time zone is never answered late.
    """
    if received_at.tzinfo is None:
        raise ValueError("received_at has no time zone; an aware UTC time is needed.")
    if regime == GDPR:
        return add_months(received_at, 1)
    if regime == CCPA:
        return received_at + dt.timedelta(days=CCPA_ANSWER_DAYS)
    raise ValueError(f"There is no deadline for the regime {regime!r}; known: {CCPA}, {GDPR}.")


def extended(regime: str, due: dt.datetime) -> dt.datetime:
    """The last moment after an extension: two more months (GDPR Art. 12(3)), 45 more days (CCPA)."""
    if regime == GDPR:
        return add_months(due, 2)
    if regime == CCPA:
        return due + dt.timedelta(days=CCPA_ANSWER_DAYS)
    raise ValueError(f"There is no deadline for the regime {regime!r}; known: {CCPA}, {GDPR}.")


def confirm_by(regime: str, received_at: dt.datetime) -> dt.datetime | None:
    """By when the receipt is confirmed to the person; None where the law names no day. Weekends do not count."""
    if regime != CCPA:
        return None
    day = received_at
    for _ in range(CCPA_CONFIRM_BUSINESS_DAYS):
        day += dt.timedelta(days=1)
        while day.weekday() >= 5:
            day += dt.timedelta(days=1)
    return day


def alert_day(received_at: dt.datetime, now: dt.datetime) -> int:
    """The last of the days of reminders that has come; 0 before the first."""
    age = (now - received_at).days
    return max((day for day in ALERT_DAYS if age >= day), default=0)


def days_left(due: dt.datetime, now: dt.datetime) -> int:
    """Calendar days (UTC) from today until the due day: 0 on the day itself, negative when it has passed."""
    return (due.astimezone(dt.UTC).date() - now.astimezone(dt.UTC).date()).days
