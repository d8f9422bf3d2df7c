"""Which months of the ledger there are, which are missing, and whether each row lies in one."""

import datetime as dt

from django.db import connection

from compliance.audit.partitions import TABLE, month_of, next_month

MOST_COUNTED = 1000


def months() -> list[str]:
    """The names of the partitions that are months, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$' ORDER BY c.relname",
            [TABLE],
        )
        return [name for (name,) in cursor.fetchall()]


def missing(now: dt.datetime) -> list[str]:
    """This month and the next, if they have no partition."""
    month = month_of(now)
    names = {f"{TABLE}_{each:%Y_%m}" for each in (month, next_month(month))}
    return sorted(names - set(months()))


def strays() -> int:
    """How many rows lie in no month, counted to a thousand."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT FROM {TABLE}_rest LIMIT {MOST_COUNTED}) strays")  # noqa: S608
        (count,) = cursor.fetchone()
    return int(count)
