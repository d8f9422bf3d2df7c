"""How long a sign-in lasts."""

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import User

IDLE, IDLE_STAFF = dt.timedelta(minutes=30), dt.timedelta(minutes=15)
LONGEST, LONGEST_STAFF = dt.timedelta(hours=12), dt.timedelta(hours=8)


def idle_limit(user: "User | None") -> dt.timedelta:
    """The longest pause between two requests."""
    return IDLE_STAFF if user is not None and (user.is_staff or user.is_superuser) else IDLE


def longest_session(user: "User | None") -> dt.timedelta:
    """The longest time from signing in to signing in again."""
    return LONGEST_STAFF if user is not None and (user.is_staff or user.is_superuser) else LONGEST
