"""Guessing is slow: failures are counted, and after a few of them each further one costs a longer wait.

An attempt is taken before it is tried, in one row lock, so that many attempts at once share one budget. Waits are
capped and attempts during a wait do not prolong it: a stranger can slow somebody down but never lock them out for good.
"""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from modelops.crypto.keyed import keyed_digest
from modelops.crypto.purposes import Purpose

from .errors import SlowDown
from .models import FailureCount

LONGEST_WAIT_S = 15 * 60
FORGOTTEN_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Budget:
    """``free`` attempts, of which the last starts a wait of ``wait_s``; each further failure doubles it."""

    name: str
    free: int
    wait_s: int
    label: str = ""

    def wait_after(self, failures: int) -> int:
        """Seconds to wait after that many failures.

        >>> [Budget("code", 5, 300).wait_after(n) for n in (4, 5, 6, 7, 99)]
        [0, 300, 600, 900, 900]
        """
        if failures < self.free:
            return 0
        return min(self.wait_s * 2 ** min(failures - self.free, 20), LONGEST_WAIT_S)


# One name from one network: the person who mistypes, or who is guessed at from one place.
PASSWORD_HERE = Budget("password.network", free=5, wait_s=30, label="passwords from one network")
# One name from everywhere: far above what a person needs, so that a stranger elsewhere does not slow them down.
PASSWORD_ANYWHERE = Budget("password.account", free=50, wait_s=30, label="passwords from anywhere")
# Codes have a million values: five tries, then five minutes. Only reached with the right password.
CODE = Budget("code", free=5, wait_s=300, label="codes")
# The current password, asked for again in a session that somebody else may sit at.
PASSWORD_CHANGE = Budget("password.change", free=5, wait_s=300, label="the current password")


class Place(NamedTuple):
    """Where attempts are counted: a budget, and whose it is."""

    budget: Budget
    value: str

    @property
    def digest(self) -> bytes:
        """The key of its row, which names nobody."""
        context = f"accounts.failures:{self.budget.name}".encode()
        return keyed_digest(Purpose.SESSION, context, self.value.encode())


# One statement: the row's lock is held from reading the count to writing it. Nothing is written during a wait.
_TAKE = """
INSERT INTO accounts_failurecount AS kept (digest, failures, last_failed_at)
SELECT taken.digest, 1, %(now)s FROM unnest(%(digests)s::bytea[]) AS taken (digest){alone} ORDER BY taken.digest
ON CONFLICT (digest) DO UPDATE SET
    failures = CASE WHEN kept.last_failed_at < %(forgotten)s THEN 1 ELSE kept.failures + 1 END,
    last_failed_at = excluded.last_failed_at,
    blocked_until = NULL
WHERE kept.blocked_until IS NULL OR kept.blocked_until <= excluded.last_failed_at
RETURNING digest, failures
"""
_WITHIN = _TAKE.format(alone="")
# In a transaction of its own everybody sees the count with its commit, and nobody waits for the disk: what comes of the
# attempt is committed a moment later, with a wait, and the count with it. A server that crashes in between forgets the
# attempts of half a second.
_ALONE = _TAKE.format(alone=", set_config('synchronous_commit', 'off', true)")


def take(budget: Budget, value: str) -> int:
    """Take one attempt and count it as failed until `clear`; returns the failures so far, with this one.

    Raises SlowDown during a wait.
    """
    return take_all(Place(budget, value))[0]


@transaction.atomic
def take_all(*places: Place) -> list[int]:
    """Take one attempt at each place, or at none of them: during a wait at any place raises SlowDown."""
    # Within another transaction, that one's commit is the one to wait for.
    is_own = len(connection.savepoint_ids) == 0
    return _take(_ALONE if is_own else _WITHIN, places)


def take_within(*places: Place) -> list[int]:
    """The same in the caller's transaction, which SlowDown must end."""
    return _take(_WITHIN, places)


def _take(statement: str, places: tuple[Place, ...]) -> list[int]:
    now = timezone.now()
    digests = [place.digest for place in places]
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, "forgotten": now - FORGOTTEN_AFTER, "digests": sorted(digests)})
        taken = {bytes(digest): failures for digest, failures in cursor.fetchall()}
    if len(taken) < len(set(digests)):
        raise SlowDown(_seconds_left([digest for digest in digests if digest not in taken], now))
    for place, digest in zip(places, digests, strict=True):
        if wait := place.budget.wait_after(taken[digest]):
            until = now + dt.timedelta(seconds=wait)
            FailureCount.objects.filter(pk=digest).update(blocked_until=until)
    return [taken[digest] for digest in digests]


def _seconds_left(digests: list[bytes], now: dt.datetime) -> int:
    until = FailureCount.objects.filter(pk__in=digests).aggregate(last=Max("blocked_until"))["last"]
    return int((until - now).total_seconds()) + 1


def clear(budget: Budget, value: str) -> None:
    """Forget the failures after a success."""
    clear_all(Place(budget, value))


def clear_all(*places: Place) -> None:
    """Forget the failures at several places."""
    FailureCount.objects.filter(pk__in=[place.digest for place in places]).delete()


def prune() -> int:
    """Delete what is forgotten anyway."""
    return FailureCount.objects.filter(last_failed_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()[0]
