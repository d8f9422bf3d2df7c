"""Making ring keys. Nothing here runs by itself: a key is made when someone asks for it."""

import os
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from .keyring import keyring
from .models import KeyState, KeyVersion
from .providers import configured_provider
from .purposes import Purpose

Listener = Callable[[KeyVersion, str], None]
_listeners: list[Listener] = []


def on_transition(listener: Listener) -> None:
    """Call ``listener(key, transition)`` inside the transaction of each change of state.

    Crypto lies below the ledger and so cannot record by itself; the ledger registers a listener here.
    """
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def create_first_keys() -> list[KeyVersion]:
    """Make version 1, active, for each purpose that has no key yet; returns the new ones.

    Raises KeysUnavailable when no root key is configured.
    """
    provider = configured_provider()
    made = []
    present = set(KeyVersion.objects.values_list("purpose", flat=True))
    for purpose in Purpose:
        if purpose.value in present:
            continue
        key = KeyVersion(
            purpose=purpose,
            version=1,
            state=KeyState.ACTIVE,
            provider=type(provider).__name__,
            root_key_id=provider.key_id,
            activated_at=timezone.now(),
        )
        key.wrapped = provider.wrap(os.urandom(32), key.wrap_context)
        key.save(force_insert=True)
        for listener in _listeners:
            listener(key, "activated")
        made.append(key)
    if made:
        transaction.on_commit(keyring.forget)
    return made


def check_keys() -> None:
    """Unwrap the active key of each purpose. Raises KeysUnavailable when that is not possible."""
    configured_provider().health()
    for purpose in Purpose:
        keyring.active(purpose)
