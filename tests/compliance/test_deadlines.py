"""Deadlines by law."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.subjects import deadlines

MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2120, 1, 1), timezones=st.just(dt.UTC))


def utc(*parts: int) -> dt.datetime:
    """An aware moment."""
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (utc(2026, 3, 5, 14, 30), utc(2026, 4, 5, 14, 30)),
        (utc(2026, 1, 31), utc(2026, 2, 28)),
        (utc(2028, 1, 31), utc(2028, 2, 29)),
        (utc(2026, 5, 31), utc(2026, 6, 30)),
        (utc(2026, 12, 15), utc(2027, 1, 15)),
        (utc(2026, 2, 28), utc(2026, 3, 28)),
    ],
)
def test_gdpr_gives_one_calendar_month(received: dt.datetime, due: dt.datetime) -> None:
    """S4-62: GDPR Art. 12(3)."""
    assert deadlines.due_at("GDPR", received) == due


def test_ccpa_gives_45_days() -> None:
    assert deadlines.due_at("CCPA", utc(2026, 1, 1, 8)) == utc(2026, 2, 15, 8)


@given(MOMENTS)
def test_the_due_day_is_the_same_day_or_the_end_of_a_shorter_month(received: dt.datetime) -> None:
    due = deadlines.due_at("GDPR", received)
    assert 28 <= (due - received).days <= 31
    assert due.day == received.day or (due.day < received.day and (due + dt.timedelta(days=1)).day == 1)
    assert due.timetz() == received.timetz()


@given(MOMENTS, MOMENTS)
def test_a_later_receipt_is_never_due_earlier(one: dt.datetime, other: dt.datetime) -> None:
    for regime in ("GDPR", "CCPA"):
        early, late = sorted([one, other])
        # Days 29 to 31 of a long month share the last day of a short one, so whole days are compared.
        assert deadlines.due_at(regime, early).date() <= deadlines.due_at(regime, late).date()


def test_days_left_counts_calendar_days() -> None:
    due = utc(2026, 3, 10, 12)
    assert deadlines.days_left(due, utc(2026, 3, 10, 23)) == 0
    assert deadlines.days_left(due, utc(2026, 3, 9, 0)) == 1
    assert deadlines.days_left(due, utc(2026, 3, 12, 1)) == -2


def test_an_unknown_regime_and_a_naive_time_are_refused() -> None:
    with pytest.raises(ValueError, match="LGPD"):
        deadlines.due_at("LGPD", utc(2026, 1, 1))
    with pytest.raises(ValueError, match="time zone"):
        deadlines.due_at("GDPR", dt.datetime(2026, 1, 1))
