"""The ring in this process: keys by purpose and version, unwrapped when they are first needed."""

import threading
import time
import uuid
from dataclasses import dataclass, field

from .errors import KeysUnavailable, UnknownKey
from .models import KeyState, KeyVersion
from .providers import configured_provider
from .purposes import Purpose

# How long a process may go on writing under a key after another process has made a newer one. Readers need no such
# limit: a key that is not in memory is looked up.
ACTIVE_FOR_S = 5.0


@dataclass(frozen=True)
class Key:
    """An unwrapped key; ``material`` is 32 random bytes and is never shown."""

    id: uuid.UUID
    purpose: Purpose
    version: int
    material: bytes = field(repr=False)


class Keyring:
    """Caches unwrapped keys; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[uuid.UUID, Key] = {}
        self._active: dict[Purpose, tuple[float, Key]] = {}

    def active(self, purpose: Purpose) -> Key:
        """The key to write with. Raises KeysUnavailable when the purpose has none or the root key is missing."""
        cached = self._active.get(purpose)
        if cached is not None and time.monotonic() - cached[0] < ACTIVE_FOR_S:
            return cached[1]
        row = KeyVersion.objects.filter(purpose=purpose, state=KeyState.ACTIVE).first()
        if row is None:
            raise KeysUnavailable(f"There is no active key for {purpose.value!r}. Run: manage.py keys create")
        key = self._unwrap(row)
        with self._lock:
            self._active[purpose] = (time.monotonic(), key)
        return key

    def by_id(self, key_id: uuid.UUID, purpose: Purpose) -> Key:
        """The key that sealed something. Raises UnknownKey when the ring has no such key for the purpose."""
        key = self._by_id.get(key_id)
        if key is None:
            row = KeyVersion.objects.filter(pk=key_id).exclude(state=KeyState.DESTROYED).first()
            if row is None:
                raise UnknownKey(f"The sealed data names the key {key_id}, which the ring does not hold.")
            key = self._unwrap(row)
        if key.purpose != purpose:
            raise UnknownKey(f"The key {key_id} serves {key.purpose.value!r}, not {purpose.value!r}.")
        return key

    def readable(self, purpose: Purpose) -> list[Key]:
        """All keys of a purpose that may still open data, newest first. Raises KeysUnavailable when there is none."""
        active = self.active(purpose)
        rows = KeyVersion.objects.filter(purpose=purpose, state=KeyState.DECRYPT_ONLY).order_by("-version")
        return [active, *(self._by_id.get(row.pk) or self._unwrap(row) for row in rows)]

    def forget(self) -> None:
        """Drop every unwrapped key; the next use unwraps again."""
        with self._lock:
            self._by_id.clear()
            self._active.clear()

    def _unwrap(self, row: KeyVersion) -> Key:
        known = self._by_id.get(row.pk)
        if known is not None:
            return known
        material = configured_provider().unwrap(bytes(row.wrapped), row.wrap_context)
        key = Key(row.pk, Purpose(row.purpose), row.version, material)
        with self._lock:
            self._by_id[key.id] = key
        return key


keyring = Keyring()
