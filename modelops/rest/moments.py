"""Times as answers write them."""

import datetime as dt


def moment(at: dt.datetime | None) -> str | None:
    """ISO 8601 in UTC, with a Z.

    >>> moment(dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC)), moment(None)
    ('2026-11-22T10:30:00Z', None)
    """
    return None if at is None else at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
