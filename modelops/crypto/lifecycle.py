"""The life of a key: each step locks the keys of its purpose, checks the table of states, and is announced.

Who may take a step and who must approve it is decided above, in ``compliance.keys``; the database refuses what the
table does not allow (trigger ``crypto_keyversion_guard``).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from modelops.lib.errors import Conflict

from .decisions import Decision, announce
from .dependents import dependents_of, in_words
from .keyring import keyring
from .models import KeyVersion
from .services import check_max_age
from .states import LEADS_TO, KeyState


def _locked(key: KeyVersion) -> KeyVersion:
    """The row as it is now; all keys of its purpose stay locked until the transaction ends."""
    rows = {row.pk: row for row in KeyVersion.objects.select_for_update().filter(purpose=key.purpose).order_by("pk")}
    return rows[key.pk]


def require_step(key: KeyVersion, to: KeyState) -> None:
    """Raise Conflict unless the state of ``key`` leads to ``to``."""
    present = KeyState(key.state)
    if to not in LEADS_TO[present]:
        allowed = ", ".join(sorted(state.label.lower() for state in LEADS_TO[present])) or "nothing"
        raise Conflict(
            f"The key {key.name} is {present.label.lower()} and cannot become {to.label.lower()}. "
            f"From here it can become: {allowed}.",
            code="key.wrong_state",
        )


def _move(key: KeyVersion, to: KeyState, transition: str, decision: Decision, **fields: object) -> KeyVersion:
    require_step(key, to)
    key.state = to
    for name, value in fields.items():
        setattr(key, name, value)
    key.save(update_fields=["state", *fields])
    announce(key, transition, decision)
    transaction.on_commit(keyring.forget)
    return key


@transaction.atomic
def activate(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Write under ``key`` from now on; the one it replaces only opens what is there."""
    key = _locked(key)
    require_step(key, KeyState.ACTIVE)
    now = timezone.now()
    for present in KeyVersion.objects.filter(purpose=key.purpose, state=KeyState.ACTIVE):
        _move(present, KeyState.DECRYPT_ONLY, "retired", decision, retired_at=now)
    return _move(key, KeyState.ACTIVE, "activated", decision, activated_at=now, retired_at=None, destroy_after=None)


@transaction.atomic
def suspend(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Neither write nor open anything under ``key`` until it is resumed. Needs no second person: it only stops."""
    return _move(_locked(key), KeyState.SUSPENDED, "suspended", decision, retired_at=timezone.now(), destroy_after=None)


@transaction.atomic
def resume(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Use a suspended key again: to write when the purpose has no other active key, else only to open."""
    key = _locked(key)
    others = KeyVersion.objects.filter(purpose=key.purpose, state=KeyState.ACTIVE).exists()
    if key.activated_at is not None and not others and key.state == KeyState.SUSPENDED:
        return _move(key, KeyState.ACTIVE, "resumed", decision, retired_at=None)
    if key.state != KeyState.SUSPENDED:
        raise Conflict(f"The key {key.name} is not suspended, so there is nothing to resume.", code="key.wrong_state")
    return _move(key, KeyState.DECRYPT_ONLY, "resumed", decision)


@transaction.atomic
def mark_compromised(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Write nothing more under ``key``, which somebody else may know. What it protects still opens, to be moved away.

    An active key leaves its purpose without one: ``compliance.keys.compromising`` brings a successor in the same act.
    """
    return _move(
        _locked(key), KeyState.COMPROMISED, "compromised", decision, retired_at=timezone.now(), destroy_after=None
    )


@transaction.atomic
def doom(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Let ``key`` be destroyed when the grace period is over. Raises Conflict while anything needs it."""
    key = _locked(key)
    require_step(key, KeyState.DESTROYED)
    require_unused(key)
    key.destroy_after = timezone.now() + timedelta(days=settings.MODELOPS_KEY_GRACE_DAYS)
    key.save(update_fields=["destroy_after"])
    announce(key, "doomed", decision)
    return key


@transaction.atomic
def spare(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Take back `doom` while the grace period runs."""
    key = _locked(key)
    if key.destroy_after is None or key.state == KeyState.DESTROYED:
        raise Conflict(f"The key {key.name} is not about to be destroyed.", code="key.wrong_state")
    key.destroy_after = None
    key.save(update_fields=["destroy_after"])
    announce(key, "spared", decision)
    return key


@transaction.atomic
def destroy(key: KeyVersion, *, decision: Decision, now: datetime | None = None) -> KeyVersion:
    """Wipe the wrapped bytes and leave a tombstone with name, dates and fingerprint.

    Raises Conflict before the grace period is over and while anything needs the key, looked at in full.
    """
    key = _locked(key)
    require_step(key, KeyState.DESTROYED)
    now = now or timezone.now()
    if key.destroy_after is None or key.destroy_after > now:
        when = f"until {key.destroy_after:%d %B %Y %H:%M} UTC" if key.destroy_after else "for an approved request"
        raise Conflict(f"The key {key.name} waits {when} before it can be destroyed.", code="key.grace_period")
    require_unused(key, in_full=True)
    return _move(key, KeyState.DESTROYED, "destroyed", decision, wrapped=b"", destroyed_at=now)


def require_unused(key: KeyVersion, *, in_full: bool = False) -> None:
    """Raise Conflict that names what still needs ``key``."""
    needing = [found for found in dependents_of(key, in_full=in_full) if found.count]
    if needing:
        raise Conflict(
            f"The key {key.name} is still needed by {in_words(needing)}. "
            "Rotate its purpose and let the rotation finish, or wait until what runs out has run out.",
            code="key.in_use",
        )


@transaction.atomic
def set_max_age(key: KeyVersion, days: int, *, decision: Decision) -> KeyVersion:
    """Let ``key`` be active for ``days`` before it is overdue."""
    check_max_age(days)
    key = _locked(key)
    if key.state == KeyState.DESTROYED:
        raise Conflict(f"The key {key.name} is destroyed; it has no age any more.", code="key.wrong_state")
    if key.max_age_days != days:
        key.max_age_days = days
        key.save(update_fields=["max_age_days"])
        announce(key, "aged", decision)
    return key
