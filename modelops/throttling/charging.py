"""Counting one request of whoever makes it."""

import ipaddress
import logging
import math
import time
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from prometheus_client import Counter

from compliance.audit.context import network_of as prefix
from modelops.lib.errors import TooManyRequests, Unavailable

from . import paces
from .limits import NETWORK_SETTING, SIGN_IN, Limit, Scope
from .routes import scope_of
from .store import Standing, StoreUnavailable, take

logger = logging.getLogger(__name__)

_STANDING: Final = "_throttle_standing"
_ALARM_EVERY_S: Final = 60.0
UNCOUNTED = Counter(
    "modelops_throttle_unavailable",
    "Requests that came while Valkey was away: served all the same, refused, or counted in PostgreSQL.",
    ["scope", "outcome"],
)
_alarm = {"next": 0.0}


class TooFast(TooManyRequests):
    """The caller has used up what a class allows."""

    def __init__(self, scope: Scope, standing: Standing) -> None:
        wait_s = max(1, math.ceil(standing.wait_s))
        limit = standing.limit
        super().__init__(
            f"These were too many requests of one kind ({scope.label}): {limit.per_minute} a minute are taken, and "
            f"{limit.burst} at once. Wait {wait_s} second{'s' if wait_s > 1 else ''}, then go on more slowly.",
            retry_after_s=wait_s,
        )


class CannotCount(Unavailable):
    """Valkey is away, and what is asked for is not done without limits."""

    code = "throttle.unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The portal cannot count requests now, and does not take this kind without limits. Nothing was changed. "
            "Try again in a minute."
        )


def charge(request: HttpRequest, caller: str | None = None) -> None:
    """Count the request in the class of its route, for ``caller`` or else for whom the session or the address names.

    Each request is counted once. Raises TooFast and CannotCount.
    """
    if hasattr(request, _STANDING):
        return
    setattr(request, _STANDING, None)
    match = request.resolver_match
    scope = scope_of(match.route if match else None, request.method or "")
    if scope is None:
        return
    caller = caller or _of_session(request)
    setting = scope.setting if caller or scope is SIGN_IN else NETWORK_SETTING
    limit = settings.MODELOPS_THROTTLE[setting]
    try:
        standing = take(scope.name, caller or network_of(request.META.get("REMOTE_ADDR", "")), limit)
    except StoreUnavailable:
        _tell(scope)
        if scope.without_valkey == "served":
            return
        standing = _in_database(scope, caller or prefix_of(request.META.get("REMOTE_ADDR", "")), limit)
    setattr(request, _STANDING, standing)
    if not standing.allowed:
        raise TooFast(scope, standing)


def _in_database(scope: Scope, caller: str, limit: Limit) -> Standing:
    """The same count in PostgreSQL, where the class has one. Raises CannotCount."""
    if scope.without_valkey != "counted":
        raise CannotCount
    try:
        return paces.take(scope.name, caller, limit)
    except StoreUnavailable:
        raise CannotCount from None


def standing_of(request: HttpRequest) -> Standing | None:
    """What the caller has left after this request; None when it was not counted."""
    return getattr(request, _STANDING, None)


def was_charged(request: HttpRequest) -> bool:
    """Whether the request was counted, or is of those that are not."""
    return hasattr(request, _STANDING)


def _of_session(request: HttpRequest) -> str:
    user: Any = getattr(request, "user", None)
    return f"user:{user.pk}" if user is not None and user.is_authenticated else ""


def network_of(address: str) -> str:
    """By what somebody without an account is counted: the address, or the network of one customer in IPv6.

    >>> network_of("203.0.113.7"), network_of("2001:db8:1:2:3:4:5:6")
    ('net:203.0.113.7', 'net:2001:db8:1:2::')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "net:unknown"
    if found.version == 6:
        found = ipaddress.ip_network((found, 64), strict=False).network_address
    return f"net:{found}"


def prefix_of(address: str) -> str:
    """By what a stranger is counted in PostgreSQL: the network that the address belongs to.

    Wider than in Valkey, which has a place for every address: whoever has many addresses of one network is one caller.

    >>> prefix_of("203.0.113.7"), prefix_of("2001:db8:1:2:3:4:5:6")
    ('net:203.0.113.0/24', 'net:2001:db8:1::/48')
    """
    return f"net:{prefix(address) or 'unknown'}"


def _tell(scope: Scope) -> None:
    UNCOUNTED.labels(scope.name, scope.without_valkey).inc()
    now = time.monotonic()
    if now >= _alarm["next"]:
        _alarm["next"] = now + _ALARM_EVERY_S
        logger.error(
            "Requests cannot be counted: Valkey does not answer. Reading goes on without limits on its number, "
            "signing in is counted in PostgreSQL, everything else is refused."
        )
