"""Challenges: made for one session and one purpose, answered within five minutes, and once."""

import secrets
from datetime import timedelta
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from .errors import PasskeyRefused
from .models import SpentChallenge, digest_of

Purpose = Literal["register", "sign in", "confirm"]
KEY = "_passkey"
ANSWERED_WITHIN_S = 5 * 60
# Longer than a challenge lives: until then an old copy of the session cannot use it again.
_REMEMBERED_FOR = timedelta(hours=1)


class RelyingParty(NamedTuple):
    """For whom a passkey is made: the host of the portal, and the one origin that its pages come from."""

    id: str
    origin: str
    name: str


def relying_party() -> RelyingParty:
    """The portal as ``MODELOPS_BASE_URL`` names it; nothing of it is taken from a request."""
    address = urlsplit(settings.MODELOPS_BASE_URL)
    return RelyingParty(address.hostname or "", f"{address.scheme}://{address.netloc}", settings.OTP_TOTP_ISSUER)


def new_challenge(session: SessionBase, purpose: Purpose) -> bytes:
    """256 random bits that this session may answer for ``purpose``; an earlier challenge of it is void."""
    challenge = secrets.token_bytes(32)
    session[KEY] = {"challenge": challenge.hex(), "purpose": purpose, "since": timezone.now().timestamp()}
    return challenge


def take_challenge(session: SessionBase, purpose: Purpose) -> bytes:
    """The challenge of this session, used up; raises PasskeyRefused without one, for another purpose or too late.

    The claim is a row, so that of many answers at once, or of a session that somebody brings back, one counts.
    """
    state = session.pop(KEY, None)
    now = timezone.now()
    if not state or state["purpose"] != purpose or not 0 <= now.timestamp() - state["since"] <= ANSWERED_WITHIN_S:
        raise PasskeyRefused("no open challenge")
    challenge = bytes.fromhex(state["challenge"])
    with transaction.atomic():
        _, fresh = SpentChallenge.objects.get_or_create(
            digest=digest_of(challenge), defaults={"expires_at": now + _REMEMBERED_FOR}
        )
    if not fresh:
        raise PasskeyRefused("the challenge was answered before")
    return challenge
