"""What of accounts is sealed under the ring, and which digests only run out: only their holder knows the value."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from modelops.crypto.models import KeyVersion
from modelops.crypto.protected import protect, protect_digests
from modelops.crypto.purposes import Purpose

from .models import ApiKey, Invitation, RecoveryCode, RefreshToken, TOTPDevice
from .sessions.store import row_context

# A process goes on writing under the former key for some seconds, and a transaction may take its time.
_SLACK = timedelta(minutes=5)


def made_under(rows: "QuerySet[Any]", key: KeyVersion) -> "QuerySet[Any]":
    """Of ``rows`` with a ``created_at`` those whose digest may have been made under ``key``."""
    if key.activated_at is not None and key.version > 1:
        rows = rows.filter(created_at__gte=key.activated_at - _SLACK)
    if key.retired_at is not None:
        rows = rows.filter(created_at__lte=key.retired_at + _SLACK)
    return rows


protect(
    "accounts.TOTPDevice",
    "sealed_seed",
    purpose=Purpose.FIELD,
    context=TOTPDevice.seal_context,
)
protect(
    "accounts.Session",
    "sealed_payload",
    purpose=Purpose.SESSION,
    context=row_context,
    runs_out="Sessions end by themselves, after twelve hours at most; ending all sessions is quicker.",
)
protect_digests(
    "accounts.ApiKey.digest",
    purpose=Purpose.API_KEY,
    needing=lambda key: made_under(ApiKey.objects.filter(revoked_at=None, expires_at__gt=timezone.now()), key),
    runs_out="API keys made under it expire, or their owners replace them.",
)
protect_digests(
    "accounts.RecoveryCode.digest",
    purpose=Purpose.API_KEY,
    needing=lambda key: made_under(RecoveryCode.objects.filter(used_at=None), key),
    runs_out="Recovery codes made under it are used, or their owners make new ones.",
)
protect_digests(
    "accounts.Invitation.token_digest",
    purpose=Purpose.API_KEY,
    needing=lambda key: made_under(
        Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()), key
    ),
    runs_out="Invitations made under it expire.",
)
protect_digests(
    "accounts.RefreshToken",
    purpose=Purpose.TOKEN_SIGNING,
    needing=lambda key: made_under(RefreshToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now()), key),
    runs_out="API sign-ins made under it end by themselves, after half a day at most.",
)
