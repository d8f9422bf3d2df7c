"""Signing in to the API, and renewing and ending such a sign-in."""

import datetime as dt
import uuid
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts import tokens
from accounts.actors import actor_of
from accounts.audit_events import TOKEN_ISSUED, TOKEN_REFRESHED, TOKEN_REUSED, TOKEN_REVOKED, TOKEN_USED
from accounts.errors import CredentialRefused
from accounts.limits import longest_session
from accounts.models import RefreshToken, User
from compliance.audit import record
from compliance.audit.context import identify, network_of
from modelops.lib.ids import uuid7

from . import sign_in
from .factors import Method

AMR = {"otp": ["pwd", "otp"], "recovery": ["pwd", "kba"]}


class TokenPair(NamedTuple):
    """Both tokens in text form, and the seconds for which the access token is good."""

    access: str
    refresh: str
    expires_in: int


def sign_in_to_api(
    username: str, password: str, code: str, *, network: str, lifetime_s: int | None = None
) -> TokenPair:
    """Both steps at once; ``lifetime_s`` is asked for the access tokens. Raises SignInRefused, SlowDown and Invalid."""
    access_for_s = tokens.lifetime(lifetime_s)

    def issue(user: User, method: Method) -> TokenPair:
        family = uuid7()
        identify(session=str(family))
        now = timezone.now()
        # The code that was just shown counts as a fresh factor, as it does for a session.
        shown_at = now if method == "otp" else None
        pair = _pair(user, family, AMR[method], now + longest_session(user), access_for_s, shown_at)
        record(TOKEN_ISSUED, user, actor=actor_of(user), method="a code" if method == "otp" else "a recovery code")
        return pair

    return sign_in.check_both(username, password, code, network=network, then=issue)


def _pair(
    user: User,
    family: uuid.UUID,
    amr: list[str],
    ends: dt.datetime,
    access_for_s: int,
    shown_at: dt.datetime | None = None,
) -> TokenPair:
    row = RefreshToken.objects.create(
        user=user, family=family, expires_at=ends, access_for_s=access_for_s, confirmed_at=shown_at
    )
    exp = min(timezone.now() + dt.timedelta(seconds=access_for_s), ends)
    access = tokens.sign(tokens.ACCESS, user_id=user.pk, token_id=uuid7(), family=family, amr=amr, exp=exp)
    refresh = tokens.sign(tokens.REFRESH, user_id=user.pk, token_id=row.pk, family=family, amr=amr, exp=ends)
    return TokenPair(access, refresh, int((exp - timezone.now()).total_seconds()))


def refresh(token: str) -> TokenPair:
    """A new pair in place of a refresh token, which is used up; the sign-in ends when it would have ended.

    A token that comes a second time is in two hands: its whole family is revoked. Raises CredentialRefused.
    """
    claims = tokens.read(token, tokens.REFRESH)
    identify(session=str(claims.family))
    with transaction.atomic():
        row = (
            RefreshToken.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(pk=claims.token_id)
            .first()
        )
        if row is None or row.family != claims.family or row.user_id != claims.user_id:
            raise _ended()
        if row.used_at is None and row.revoked_at is None and row.user.is_active:
            row.used_at = timezone.now()
            row.save(update_fields=["used_at"])
            record(TOKEN_REFRESHED, row.user, actor=actor_of(row.user))
            return _pair(row.user, row.family, list(claims.amr), row.expires_at, row.access_for_s, row.confirmed_at)
        if row.used_at is not None and row.revoked_at is None:
            RefreshToken.objects.filter(family=row.family).update(revoked_at=timezone.now())
            record(TOKEN_REUSED, row.user, actor=actor_of(row.user), outcome="denied")
    # Raised after the transaction: the revocation stays.
    raise _ended()


def end(token: str) -> None:
    """End the API sign-in that a refresh token belongs to. Raises CredentialRefused for a foreign token."""
    claims = tokens.read(token, tokens.REFRESH)
    identify(session=str(claims.family))
    with transaction.atomic():
        changed = RefreshToken.objects.filter(family=claims.family, revoked_at=None).update(revoked_at=timezone.now())
        if changed:
            user = User.objects.get(pk=claims.user_id)
            record(TOKEN_REVOKED, user, actor=actor_of(user))


def check_access_token(token: str, *, address: str = "") -> RefreshToken:
    """The sign-in behind an access token, with its account, while it stands. Raises CredentialRefused.

    It is told by the first refresh token of its family.
    """
    claims = tokens.read(token, tokens.ACCESS)
    identify(session=str(claims.family))
    standing = RefreshToken.objects.filter(family=claims.family, user=claims.user_id, revoked_at=None)
    # The first token of the sign-in stays as long as it: it remembers for all of them.
    first = standing.filter(user__is_active=True).select_related("user").order_by("created_at", "pk").first()
    if first is None:
        raise _ended()
    _remember_use(first, network_of(address))
    return first


def _remember_use(first: RefreshToken, network: str) -> None:
    """The first use of an API sign-in on a day (UTC) is a row of the ledger, one for requests at once."""
    today = timezone.now().astimezone(dt.UTC).date()
    if first.last_used_on == today:
        return
    with transaction.atomic():
        unused = RefreshToken.objects.filter(pk=first.pk).exclude(last_used_on=today)
        if unused.update(last_used_on=today, last_used_network=network):
            record(TOKEN_USED, first.user, actor=actor_of(first.user))


def _ended() -> CredentialRefused:
    return CredentialRefused("This sign-in was ended. Sign in again at /api/v1/auth/token/.", "auth.token_revoked")
