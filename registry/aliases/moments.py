"""A moment as somebody writes it: with a time and a zone, or only a day."""

import datetime as dt

from django.utils.dateparse import parse_date, parse_datetime

from modelops.lib.errors import Invalid


def asked_moment(text: str) -> dt.datetime:
    """The moment that ``text`` names; without a zone it is UTC, and a day alone is its end. Raises Invalid.

    >>> asked_moment("2026-11-22T10:00:00+02:00").isoformat()
    '2026-11-22T08:00:00+00:00'
    >>> asked_moment("2026-11-22").isoformat()
    '2026-11-22T23:59:59.999999+00:00'
    """
    text = text.strip()[:40]
    try:
        day = parse_date(text)
        moment = dt.datetime.combine(day, dt.time.max) if day else parse_datetime(text.replace(" ", "+"))
        moment = moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC) if moment else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise Invalid(
            f"{text!r} names no moment; write it as 2026-11-22 or 2026-11-22T10:00:00Z.",
            code="moment.invalid",
            field="at",
        )
    return moment
