"""Moving the ring under another root key: all keys in one transaction, or none."""

import hmac
from dataclasses import dataclass

from django.db import transaction

from compliance.audit import Actor
from compliance.audit.ledger import record
from compliance.escrow.audit_events import ROOT_MOVED, ROOT_REWRAPPED
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.providers import RootKeyProvider
from modelops.crypto.services import fingerprint_of
from modelops.lib.errors import Conflict


@dataclass(frozen=True)
class Moved:
    """How many keys were wrapped anew, and how many were so already."""

    moved: int
    already: int


@transaction.atomic
def move_root(former: RootKeyProvider, present: RootKeyProvider, *, actor: Actor) -> Moved:
    """Wrap every key of the ring under ``present`` instead of ``former``.

    Processes that run go on with the keys that they have unwrapped; one that starts needs ``present``. Safe to repeat
    and to interrupt. Raises Conflict when both name the same root key, KeysUnavailable when a key does not open.
    """
    if former.key_id == present.key_id:
        raise Conflict(
            f"The former and the present root key have the same name, {present.key_id}. Give the new one another name "
            "(MODELOPS_PASSPHRASE_NAME for a passphrase), or run keys rewrap-root for a new version of the same key.",
            code="root.same",
        )
    present.health()
    moved = already = 0
    for row in _locked():
        if row.root_key_id == present.key_id:
            present.unwrap(bytes(row.wrapped), row.wrap_context)
            already += 1
            continue
        material = former.unwrap(bytes(row.wrapped), row.wrap_context)
        _put(row, present, present.wrap(material, row.wrap_context), material)
        moved += 1
    if moved:
        record(
            ROOT_MOVED,
            None,
            actor=actor,
            keys=moved,
            from_root_key=former.key_id,
            to_root_key=present.key_id,
            from_provider=former.name,
            to_provider=present.name,
        )
    return Moved(moved, already)


@transaction.atomic
def rewrap_root(provider: RootKeyProvider, *, actor: Actor) -> int:
    """Wrap every key of the ring under the newest version of the same root key; how many there are."""
    rows = _locked()
    for row in rows:
        material = provider.unwrap(bytes(row.wrapped), row.wrap_context)
        _put(row, provider, provider.rewrap(bytes(row.wrapped), row.wrap_context), material)
    record(ROOT_REWRAPPED, None, actor=actor, keys=len(rows), root_key=provider.key_id, provider=provider.name)
    return len(rows)


def _locked() -> list[KeyVersion]:
    return list(KeyVersion.objects.select_for_update().exclude(state=KeyState.DESTROYED).order_by("pk"))


def _put(row: KeyVersion, provider: RootKeyProvider, wrapped: bytes, material: bytes) -> None:
    """Store a new wrap after it was opened once more: a wrap that does not open would be a lost key."""
    is_known = not row.fingerprint or hmac.compare_digest(row.fingerprint, fingerprint_of(material))
    if not is_known or not hmac.compare_digest(provider.unwrap(wrapped, row.wrap_context), material):
        raise KeysUnavailable(f"The key {row} does not come back as it was; nothing was changed.")
    row.wrapped = wrapped
    row.provider = provider.name
    row.root_key_id = provider.key_id
    row.save(update_fields=["wrapped", "provider", "root_key_id"])
