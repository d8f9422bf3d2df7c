"""Links by mail: asked for in a request, mailed by a worker, used once.

The token is made where it is mailed, so it stands in no table, no queue and no log.
"""

import datetime as dt
import logging
import secrets
import smtplib
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import mailing
from accounts.models import User
from accounts.recovering.models import MailedLink
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose
from modelops.jobs.calling import call_worker
from modelops.lib.errors import NotFound

logger = logging.getLogger(__name__)
_CONTEXT = b"recovering.link:"
_PAUSE = dt.timedelta(minutes=2)


class Kind(NamedTuple):
    """How long a link of a purpose is good, where it leads, and the mail that brings it."""

    good_for: dt.timedelta
    route: str
    subject: str


KINDS = {
    MailedLink.Purpose.PASSWORD: Kind(dt.timedelta(hours=1), "recovering:new-password", "set a new password"),
    MailedLink.Purpose.ADDRESS: Kind(dt.timedelta(hours=24), "recovering:confirm-address", "confirm your address"),
    MailedLink.Purpose.KEEP_FACTOR: Kind(
        dt.timedelta(hours=336), "recovering:keep-factor-link", "your second factor will be removed"
    ),
}


def ask_for(purpose: MailedLink.Purpose, user: User | None, address: str = "") -> MailedLink:
    """Have a link mailed, in place of earlier ones for the same; runs in the caller's transaction.

    Without ``user`` a row is written all the same, and no mail: the caller's work does not tell whether there is one.
    """
    now = timezone.now()
    account = user.pk if user else None
    MailedLink.objects.filter(user=account, purpose=purpose, used_at=None, revoked_at=None).update(revoked_at=now)
    link = MailedLink.objects.create(
        user=user,
        purpose=purpose,
        address=address,
        created_at=now,
        next_attempt_at=now,
        expires_at=now + KINDS[purpose].good_for,
    )
    transaction.on_commit(lambda: call_worker("recovering.send_links"), robust=True)
    return link


def send_due() -> int:
    """Mail the links that wait; returns how many went out. Safe to run at any time and twice at once."""
    MailedLink.objects.filter(user=None).delete()
    sent = 0
    while (done := _send_next()) is not None:
        sent += done
    return sent


@transaction.atomic
def _send_next() -> bool | None:
    now = timezone.now()
    link = (
        MailedLink.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("user")
        .filter(sent_at=None, revoked_at=None, next_attempt_at__lte=now, expires_at__gt=now, user__isnull=False)
        .order_by("next_attempt_at")
        .first()
    )
    if link is None:
        return None
    # A try that failed leaves no token behind; each try makes its own.
    token = secrets.token_urlsafe(32)
    kind = KINDS[MailedLink.Purpose(link.purpose)]
    try:
        mailing.send(
            f"link_{link.purpose}",
            kind.subject,
            link.address,
            username=link.user.username,
            link=mailing.absolute(reverse(kind.route, args=[token])),
            until=f"{link.expires_at:%Y-%m-%d %H:%M} UTC",
            hours=settings.MODELOPS_FACTOR_RESET_HOURS,
        )
    except (OSError, smtplib.SMTPException) as error:
        MailedLink.objects.filter(pk=link.pk).update(next_attempt_at=now + _PAUSE)
        logger.warning("A link could not be mailed: %s", type(error).__name__)
        return False
    digest = keyed_digest(Purpose.API_KEY, _CONTEXT + link.purpose.encode(), token.encode())
    MailedLink.objects.filter(pk=link.pk).update(sent_at=now, token_digest=digest)
    return True


def find_open(purpose: MailedLink.Purpose, token: str, *, lock: bool = False) -> tuple[MailedLink, User]:
    """The link of a token, and whose it is. Raises NotFound when it is unknown, used, replaced or too old."""
    digests = keyed_digests(Purpose.API_KEY, _CONTEXT + purpose.encode(), token.encode())
    rows = MailedLink.objects.select_for_update(of=("self",)) if lock else MailedLink.objects
    link = (
        rows.select_related("user")
        .filter(purpose=purpose, token_digest__in=digests, used_at=None, revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if link is None or link.user is None or not link.user.is_active:
        raise NotFound("This link is used, replaced or too old. Ask for a new one.", code="link.not_valid")
    return link, link.user


def use(link: MailedLink) -> None:
    """The link did its work; in the transaction of that work."""
    MailedLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
