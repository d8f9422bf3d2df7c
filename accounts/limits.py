"""How long a sign-in lasts, and how many may stand at once."""

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

if TYPE_CHECKING:
    from .models import User


class Limit(NamedTuple):
    """A setting, what the portal recommends for it, and what it limits."""

    setting: str
    recommended: int
    label: str


LIMITS = (
    Limit("MODELOPS_SESSION_IDLE_MINUTES", 30, "minutes without a request"),
    Limit("MODELOPS_SESSION_IDLE_MINUTES_STAFF", 15, "minutes without a request, staff"),
    Limit("MODELOPS_SESSION_HOURS", 12, "hours of a session"),
    Limit("MODELOPS_SESSION_HOURS_STAFF", 8, "hours of a session, staff"),
    Limit("MODELOPS_SESSIONS_AT_ONCE", 5, "sessions of one account at once"),
)


def _is_staff(user: "User | None") -> bool:
    return user is not None and (user.is_staff or user.is_superuser)


def idle_limit(user: "User | None") -> dt.timedelta:
    """The longest pause between two requests."""
    minutes = settings.MODELOPS_SESSION_IDLE_MINUTES
    if _is_staff(user):
        minutes = min(minutes, settings.MODELOPS_SESSION_IDLE_MINUTES_STAFF)
    return dt.timedelta(minutes=minutes)


def longest_session(user: "User | None") -> dt.timedelta:
    """The longest time from signing in to signing in again."""
    hours = settings.MODELOPS_SESSION_HOURS
    if _is_staff(user):
        hours = min(hours, settings.MODELOPS_SESSION_HOURS_STAFF)
    return dt.timedelta(hours=hours)


def sessions_at_once() -> int:
    """How many browsers one account may be signed in with; the next sign-in ends the oldest."""
    return settings.MODELOPS_SESSIONS_AT_ONCE
