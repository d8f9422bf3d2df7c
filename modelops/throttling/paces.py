"""Counting in PostgreSQL while Valkey is away, so that signing in keeps its wall for a network that tries many names.

The rule is that of ``rate.lua``, in one statement that holds the lock of the caller's row: many processes share it.
"""

import datetime as dt
import hashlib
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from .limits import PERIOD_S, Limit
from .store import Standing, StoreUnavailable, secret_of

FORGOTTEN_AFTER: Final = dt.timedelta(minutes=10)

# Nobody waits for a time that only a clock which was set back can have left behind. A refused request changes nothing.
_OWED: Final = """CASE WHEN kept.owed_until > excluded.opened_at + %(burst)s + interval '1 second'
        THEN excluded.opened_at ELSE greatest(kept.owed_until, excluded.opened_at) END + %(step)s"""
_SAME_MINUTE: Final = "(kept.opened_at <= excluded.opened_at AND kept.opened_at > excluded.opened_at - %(period)s)"
_TAKE: Final = f"""
INSERT INTO throttling_pace AS kept (digest, owed_until, opened_at, used)
SELECT %(digest)s, clock.now + %(step)s, clock.now, 1 FROM (SELECT clock_timestamp() AS now) clock
ON CONFLICT (digest) DO UPDATE SET
    owed_until = {_OWED},
    opened_at = CASE WHEN {_SAME_MINUTE} THEN kept.opened_at ELSE excluded.opened_at END,
    used = CASE WHEN {_SAME_MINUTE} THEN kept.used + 1 ELSE 1 END
WHERE {_OWED} <= excluded.opened_at + %(burst)s AND NOT ({_SAME_MINUTE} AND kept.used >= %(quota)s)
RETURNING owed_until, opened_at, used, clock_timestamp()
"""  # noqa: S608  texts from here
_LOOK: Final = "SELECT owed_until, opened_at, used, clock_timestamp() FROM throttling_pace WHERE digest = %(digest)s"


def take(scope: str, caller: str, limit: Limit) -> Standing:
    """Count one request of ``caller`` as `store.take` does. Raises StoreUnavailable when PostgreSQL cannot either."""
    period = dt.timedelta(seconds=PERIOD_S)
    step = period / limit.per_minute
    given = {
        "digest": _digest(scope, caller),
        "step": step,
        "burst": step * limit.burst,
        "period": period,
        "quota": limit.per_minute,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TAKE, given)
            row = cursor.fetchone()
            allowed = row is not None
            if row is None:
                cursor.execute(_LOOK, given)
                row = cursor.fetchone()
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable(type(error).__name__) from None
    return _standing(limit, step, allowed, *row)


def _standing(
    limit: Limit, step: dt.timedelta, allowed: bool, owed: dt.datetime, opened: dt.datetime, used: int, now: dt.datetime
) -> Standing:
    minute_ends = (opened - now).total_seconds() + PERIOD_S
    owed_s, step_s = max(0.0, (owed - now).total_seconds()), step.total_seconds()
    burst_s = limit.burst * step_s
    wait = 0.0 if allowed else max(owed_s + step_s - burst_s, minute_ends if used >= limit.per_minute else 0.0)
    left_at_once = max(0, int((burst_s - owed_s) / step_s + 0.001))
    return Standing(limit, allowed, wait, max(0, limit.per_minute - used), max(0.0, minute_ends), left_at_once, owed_s)


def forget_idle() -> int:
    """Remove the rows of callers who owe nothing any more; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM throttling_pace WHERE owed_until < clock_timestamp() - %s", [FORGOTTEN_AFTER])
        return int(cursor.rowcount)


def _digest(scope: str, caller: str) -> bytes:
    key = secret_of(settings.SECRET_KEY)
    return hashlib.blake2b(f"{scope}\n{caller}".encode(), digest_size=16, key=key, person=b"paces").digest()
