"""Whether an account has signed in with a browser before; when not, its person is told."""

import datetime as dt

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.actors import actor_of
from accounts.audit_events import DEVICE_ADDED
from accounts.models import Device, User
from accounts.notices import notify
from compliance.audit import record
from compliance.audit.context import network_of
from modelops.lib.browsers import browser_family

from . import cookie

# Private windows forget their cookie each time: the oldest go, so that the list stays one to read.
MOST = 30
FORGOTTEN_AFTER = dt.timedelta(days=180)


@transaction.atomic(savepoint=False)
def recognise(request: HttpRequest, user: User) -> Device:
    """The device that ``user`` signs in with just now.

    It is a known one when it brings its cookie and is the kind of browser that got it; another network alone is a
    journey. For a new one a notice goes out, and the row of the audit log has no word about what it is.
    """
    value = cookie.value_of(request)
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    browser = browser_family(request.headers.get("User-Agent", ""))
    digests = cookie.digests(value) if value else []
    device = _seen_again(user, digests, browser, network) if digests else None
    if device is None:
        if not _is_shared(user, digests, browser):
            value = cookie.new_value()
        device = Device.objects.create(
            user=user, cookie_digest=cookie.digest(value), browser=browser, ip_prefix=network
        )
        _forget_oldest(user)
        record(DEVICE_ADDED, user, actor=actor_of(user))
        notify(user, "new_device", browser=browser, network=network)
    cookie.remember(request, value)
    return device


# One statement finds the row and writes it.
_SEEN = """
UPDATE accounts_device SET cookie_digest = %(newest)s, ip_prefix = %(network)s, last_seen_at = %(now)s
WHERE id = (
    SELECT id FROM accounts_device
    WHERE user_id = %(user)s AND cookie_digest = ANY(%(digests)s) AND browser = %(browser)s
    ORDER BY id LIMIT 1
)
RETURNING *
"""


def _seen_again(user: User, digests: list[bytes], browser: str, network: str) -> Device | None:
    """The known device of one of these cookies, with where and when it was seen just now."""
    now = timezone.now()
    given = {"newest": digests[0], "digests": digests, "browser": browser, "network": network, "now": now}
    return next(iter(Device.objects.raw(_SEEN, {**given, "user": user.pk})), None)


def _is_shared(user: User, digests: list[bytes], browser: str) -> bool:
    """Whether another account got the cookie in this kind of browser: both keep it then.

    One that nobody got from here, or that came along to another browser, is not taken over.
    """
    same_cookie = Device.objects.filter(cookie_digest__in=digests)
    return same_cookie.filter(browser=browser).exists() and not same_cookie.filter(user=user).exists()


def _forget_oldest(user: User) -> None:
    oldest = Device.objects.filter(user=user).order_by("-last_seen_at").values_list("pk", flat=True)[MOST:]
    if too_many := list(oldest):
        Device.objects.filter(pk__in=too_many).delete()


def last_day() -> dt.datetime:
    """A device that was not used since then is forgotten."""
    return timezone.now() - FORGOTTEN_AFTER
