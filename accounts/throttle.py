"""Guessing is slow: failures are counted, and after a few of them each further one costs a longer wait.

An attempt is taken before it is tried, in one row lock, so that many attempts at once share one budget. Waits are
capped and attempts during a wait do not prolong it: a stranger can slow somebody down but never lock them out for good.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
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


def _digest(budget: Budget, value: str) -> bytes:
    return keyed_digest(Purpose.SESSION, f"accounts.failures:{budget.name}".encode(), value.encode())


@transaction.atomic
def take(budget: Budget, value: str) -> int:
    """Take one attempt and count it as failed until `clear`; returns the failures so far, with this one.

    Raises SlowDown during a wait.
    """
    now = timezone.now()
    digest = _digest(budget, value)
    FailureCount.objects.bulk_create([FailureCount(digest=digest, last_failed_at=now)], ignore_conflicts=True)
    row = FailureCount.objects.select_for_update().get(pk=digest)
    if row.blocked_until and row.blocked_until > now:
        raise SlowDown(int((row.blocked_until - now).total_seconds()) + 1)
    if row.last_failed_at < now - FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_failed_at = now
    wait = budget.wait_after(row.failures)
    row.blocked_until = now + dt.timedelta(seconds=wait) if wait else None
    row.save()
    return row.failures


def clear(budget: Budget, value: str) -> None:
    """Forget the failures after a success."""
    FailureCount.objects.filter(pk=_digest(budget, value)).delete()


def prune() -> int:
    """Delete what is forgotten anyway."""
    return FailureCount.objects.filter(last_failed_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()[0]
