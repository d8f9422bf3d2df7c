"""The months of the table of predictions: made ahead, and dropped as wholes when their time is over."""

import datetime as dt
from typing import Final

from django.db import OperationalError, connection

TABLE: Final = "predictions_prediction"
AHEAD: Final = 3


def make_months() -> list[str]:
    """Make the months to come; the names of those that were not there."""
    return _called("SELECT predictions_make_months(%s)", AHEAD)


def drop_months(before: dt.datetime) -> list[str]:
    """Drop the months that ended before ``before``; their names."""
    return _called("SELECT predictions_drop_months(%s)", before)


def months_before(before: dt.datetime) -> list[str]:
    """The months that `drop_months` would drop."""
    return [name for name in months() if name[-7:] < f"{before:%Y_%m}"]


def months() -> list[str]:
    """The names of the months that there are, the oldest first."""
    return _called(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$' ORDER BY c.relname",
        TABLE,
    )


def _called(statement: str, value: object) -> list[str]:
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement, [value])
        except OperationalError:
            return []  # a long reader holds the table; the next run comes long before the month does
        return [str(name) for (name,) in cursor.fetchall()]
