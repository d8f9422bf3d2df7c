"""Issuing, checking and revoking API keys."""

import datetime as dt
import hmac

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import api_key_format
from accounts.actors import actor_of
from accounts.audit_events import API_KEY_ISSUED, API_KEY_REVOKED, API_KEY_USED
from accounts.errors import CredentialRefused
from accounts.models import ApiKey, User
from compliance.audit import Actor, record
from compliance.audit.context import identify
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid

LONGEST_DAYS = 365
ALL = "all"
# "Last used" is for people who look for forgotten keys: minutes are fine, and most requests write nothing.
_COARSE = dt.timedelta(minutes=5)


def _context(public_id: str) -> bytes:
    return f"accounts.apikey:{public_id}".encode()


@transaction.atomic
def issue_api_key(owner: User, *, name: str, scopes: list[str], days: int, actor: Actor) -> tuple[ApiKey, str]:
    """A new key of ``owner``: its row and its text, which exists only now.

    ``scopes`` are permissions ("registry.add_modelversion") or ["all"]; a scope narrows what the owner may do and never
    widens it. Raises Invalid and Conflict.
    """
    if not owner.is_active:
        raise Conflict("The account is deactivated; it gets no API key.", code="user.inactive")
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("Give the key a name of 1 to 100 characters.", code="name.invalid", field="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(
            f"A key is valid for 1 to {LONGEST_DAYS} days, not {days}.", code="api_key.invalid_days", field="days"
        )
    _check_scopes(scopes)
    text, parts = api_key_format.generate()
    key = ApiKey.objects.create(
        owner=owner,
        name=name,
        public_id=parts.public_id,
        digest=keyed_digest(Purpose.API_KEY, _context(parts.public_id), parts.secret.encode()),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    record(API_KEY_ISSUED, key, actor=actor, name=name, days=days, scopes=", ".join(key.scopes))
    return key, text


def _check_scopes(scopes: list[str]) -> None:
    if not scopes:
        raise Invalid('Name at least one scope, or "all".', code="api_key.no_scope", field="scopes")
    if ALL in scopes:
        if len(scopes) > 1:
            raise Invalid('"all" stands alone.', code="api_key.unknown_scope", field="scopes")
        return
    known = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    unknown = sorted(set(scopes) - known)
    if unknown:
        raise Invalid(
            f"There is no permission {unknown[0]!r}. A scope is a permission such as 'registry.view_registeredmodel', "
            'or "all".',
            code="api_key.unknown_scope",
            field="scopes",
        )


@transaction.atomic
def revoke_api_key(key: ApiKey, *, actor: Actor) -> bool:
    """Stop a key with its next request; False when it was revoked already."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    if changed:
        record(API_KEY_REVOKED, key, actor=actor, name=key.name)
    return bool(changed)


@transaction.atomic
def _remember_use(key: ApiKey, now: dt.datetime) -> None:
    """Set when the key was last used; the first use on a day (UTC) is a row of the ledger, one for requests at once."""
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    unused_today = Q(last_used_at=None) | Q(last_used_at__lt=midnight)
    if ApiKey.objects.filter(unused_today, pk=key.pk).update(last_used_at=now):
        record(API_KEY_USED, key, actor=actor_of(key.owner), name=key.name)
    else:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def check_api_key(text: str) -> ApiKey:
    """The row of a key that may be used now, with its owner.

    Raises CredentialRefused. What is wrong with a key is told only to whoever holds its secret.
    """
    parts = api_key_format.parse(text)
    if parts is None:
        raise CredentialRefused(
            "This is no API key of the portal: it is cut off or mistyped. Copy the whole key.", "auth.key_unknown"
        )
    key = ApiKey.objects.select_related("owner").filter(public_id=parts.public_id).first()
    digests = keyed_digests(Purpose.API_KEY, _context(parts.public_id), parts.secret.encode())
    matches = [hmac.compare_digest(bytes(key.digest), digest) for digest in digests] if key else []
    if key is None or not any(matches):
        raise CredentialRefused("The portal does not know this API key. Issue a new one.", "auth.key_unknown")
    # From here on the secret is right: also a refusal is one of this key.
    identify(via=f"api_key:{key.pk}")
    if key.revoked_at:
        raise CredentialRefused("This API key was revoked. Issue a new one.", "auth.key_revoked")
    now = timezone.now()
    if key.expires_at <= now:
        raise CredentialRefused(
            f"This API key expired on {key.expires_at:%Y-%m-%d}. Issue a new one.", "auth.key_expired"
        )
    if not key.owner.is_active:
        raise CredentialRefused("The account of this API key is deactivated.", "auth.account_disabled")
    if key.last_used_at is None or key.last_used_at < now - _COARSE:
        _remember_use(key, now)
    if not matches[0]:
        # The ring has a newer key: the digest moves to it, so that the older one is needed by nobody some day.
        ApiKey.objects.filter(pk=key.pk, digest=key.digest).update(digest=digests[0])
    return key
