"""Making ring keys. Nothing here runs by itself: a key is made when someone asks for it."""

import hashlib
import hmac
import os

from django.db import IntegrityError, transaction
from django.utils import timezone

from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name

from .decisions import AT_SET_UP, Decision, Listener, announce, on_transition
from .keyring import keyring
from .models import DEFAULT_MAX_AGE_DAYS, KeyState, KeyVersion
from .providers import configured_provider
from .purposes import Purpose

__all__ = ["Listener", "check_keys", "create_first_keys", "create_key", "fingerprint_of", "on_transition"]

LONGEST_MAX_AGE_DAYS = 3650


def fingerprint_of(material: bytes) -> str:
    """What proves that two keys are the same without telling anything of them (32 hexadecimal digits)."""
    return hmac.new(material, b"modelops key fingerprint", hashlib.sha256).hexdigest()[:32]


@transaction.atomic
def create_first_keys() -> list[KeyVersion]:
    """Make version 1, active, for each purpose that has no key yet; returns the new ones.

    No second person is asked: at set-up there are no people yet, and nothing is sealed that could be lost. The ledger
    says so by the reason. Raises KeysUnavailable when no root key is configured.
    """
    present = set(KeyVersion.objects.values_list("purpose", flat=True))
    made = []
    for purpose in Purpose:
        if purpose.value in present:
            continue
        key = _new_row(purpose, version=1, state=KeyState.ACTIVE, activated_at=timezone.now())
        key.save(force_insert=True)
        key.refresh_from_db(fields=["name"])
        announce(key, "activated", AT_SET_UP)
        made.append(key)
    if made:
        transaction.on_commit(keyring.forget)
    return made


@transaction.atomic
def create_key(
    purpose: Purpose, *, name: str = "", owner: str = "", max_age_days: int | None = None, decision: Decision
) -> KeyVersion:
    """Make the next key of ``purpose``: 256 random bits, pending, used by nothing until it is activated.

    Without a name it is called after purpose and version; the policy is by default that of the present key. Raises
    Conflict for a name that is taken, Invalid, KeysUnavailable.
    """
    if name:
        validate_name(name, "key")
    rows = list(KeyVersion.objects.select_for_update().filter(purpose=purpose).order_by("-version"))
    latest = rows[0] if rows else None
    if max_age_days is None:
        max_age_days = latest.max_age_days if latest else DEFAULT_MAX_AGE_DAYS
    check_max_age(max_age_days)
    key = _new_row(
        purpose,
        version=latest.version + 1 if latest else 1,
        name=name,
        owner=owner.strip() or (latest.owner if latest else ""),
        max_age_days=max_age_days,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        if name and KeyVersion.objects.filter(name=name).exists():
            raise Conflict(
                f"A key named {name!r} exists already; names are used once, also after a key is destroyed. "
                "Choose another name.",
                code="key.name_taken",
            ) from None
        raise Conflict(
            "Another key of this purpose was made at the same moment. Try again.", code="key.made_at_once"
        ) from None
    key.refresh_from_db(fields=["name"])
    announce(key, "created", decision)
    transaction.on_commit(keyring.forget)
    return key


def check_max_age(days: int) -> None:
    """Raise Invalid for a policy that is no number of days between 1 and ten years."""
    if not 1 <= days <= LONGEST_MAX_AGE_DAYS:
        raise Invalid(
            f"The maximum age of {days} days is out of range; use 1 to {LONGEST_MAX_AGE_DAYS} days.",
            code="key.bad_max_age",
            field="max_age_days",
        )


def _new_row(purpose: Purpose, **fields: object) -> KeyVersion:
    provider = configured_provider()
    material = os.urandom(32)
    key = KeyVersion(
        purpose=purpose,
        provider=provider.name,
        root_key_id=provider.key_id,
        fingerprint=fingerprint_of(material),
        **fields,
    )
    key.wrapped = provider.wrap(material, key.wrap_context)
    return key


def check_keys() -> None:
    """Unwrap the active key of each purpose. Raises KeysUnavailable when that is not possible."""
    configured_provider().health()
    for purpose in Purpose:
        keyring.active(purpose)
