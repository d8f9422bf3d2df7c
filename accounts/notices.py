"""Notices by mail to people about their own account: a new device, a changed factor, an issued key.

`notify` writes a row in the transaction of what it tells of; the mail goes out after the commit, from a worker, and is
tried again while the mail server is away. It never holds up or undoes the act.
"""

import datetime as dt
import logging
import smtplib
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from modelops.jobs.calling import call_worker

from . import mailing
from .models import Notice, User

logger = logging.getLogger(__name__)

# Each kind has a subject here and a text in templates/accounts/mail/<kind>.txt, which gets its facts by name.
SUBJECTS = {
    "new_device": "a new device signed in",
    "sessions_displaced": "your oldest session was ended",
    "password_changed": "your password was changed",
    "password_reset": "your password was reset by mail",
    "address_changed": "your e-mail address is being changed",
    "factor_added": "a way to sign in was added",
    "factor_removed": "a way to sign in was removed",
    "recovery_codes_renewed": "you have new recovery codes",
    "recovery_code_used": "a recovery code was used",
    "passkey_cloned": "a passkey may have been copied",
    "factor_reset_cancelled": "your second factor stays",
    "factor_reset_done": "your second factor was removed",
    "role_changed": "your role was changed",
    "api_key_issued": "an API key was issued in your name",
    "api_key_revoked": "an API key of yours was revoked",
    "api_key_rotated": "an API key of yours was replaced",
    "api_key_ends": "an API key of yours ends soon",
    "promotion_waiting": "a promotion waits for your approval",
    "promotion_decided": "your promotion was decided",
    "rows_to_correct": "rows of a dataset of yours are to be corrected",
}
GIVEN_UP_AFTER = dt.timedelta(hours=24)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60, 3600


def notify(user: User, kind: str, *, address: str = "", **facts: Any) -> Notice | None:
    """Tell ``user`` by mail what happened; None when there is no confirmed address to tell it to.

    ``facts`` is plain JSON without secrets. ``address`` is for a notice that goes elsewhere than to the account's own
    confirmed address, such as to the former one after a change. Runs in the caller's transaction.
    """
    if kind not in SUBJECTS:
        raise ValueError(f"There is no notice {kind!r}. Use one of: {', '.join(SUBJECTS)}.")
    if not (address or user.confirmed_email):
        return None
    now = timezone.now()
    notice = Notice.objects.create(
        user=user, kind=kind, address=address, facts=facts, created_at=now, next_attempt_at=now
    )
    transaction.on_commit(lambda: call_worker("accounts.send_notices"), robust=True)
    return notice


def send_due() -> int:
    """Send what waits; returns how many went out. Safe to run at any time and twice at once."""
    sent = 0
    while (done := _send_next()) is not None:
        sent += done
    return sent


@transaction.atomic
def _send_next() -> bool | None:
    """Send one; None when nothing waits. A worker that dies here may have sent it: better twice than never."""
    now = timezone.now()
    notice = (
        Notice.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("user")
        .filter(sent_at=None, next_attempt_at__lte=now, created_at__gt=now - GIVEN_UP_AFTER)
        .order_by("next_attempt_at")
        .first()
    )
    if notice is None:
        return None
    to = notice.address or notice.user.confirmed_email
    if not to:  # the address went away meanwhile
        notice.delete()
        return False
    return _try(notice, to, now)


def _try(notice: Notice, to: str, now: dt.datetime) -> bool:
    try:
        mailing.send(
            notice.kind,
            SUBJECTS[notice.kind],
            to,
            username=notice.user.username,
            at=f"{notice.created_at:%Y-%m-%d %H:%M} UTC",
            **notice.facts,
        )
    except (OSError, smtplib.SMTPException) as error:
        pause = min(_FIRST_PAUSE_S * 2 ** min(notice.attempts, 10), _LONGEST_PAUSE_S)
        Notice.objects.filter(pk=notice.pk).update(
            attempts=F("attempts") + 1, next_attempt_at=now + dt.timedelta(seconds=pause)
        )
        logger.warning("A notice could not be mailed: %s", type(error).__name__)
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=now, attempts=F("attempts") + 1)
    return True
