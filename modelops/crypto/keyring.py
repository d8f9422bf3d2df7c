"""The ring in this process: keys by purpose and version, unwrapped when they are first needed."""

import threading
import time
import uuid
from dataclasses import dataclass, field

from .errors import KeysUnavailable, UnknownKey
from .models import KeyState, KeyVersion
from .providers import configured_provider
from .purposes import Purpose
from .states import OPENS

# How long a process may go on working by what it knows of the ring: writing under a key after another process has
# made a newer one, or reading under a key that was suspended. A key that is not known is looked up at once.
ACTIVE_FOR_S = 5.0


@dataclass(frozen=True)
class Key:
    """An unwrapped key; ``material`` is 32 random bytes and is never shown."""

    id: uuid.UUID
    purpose: Purpose
    version: int
    material: bytes = field(repr=False)


class Keyring:
    """Caches rows and unwrapped keys; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[uuid.UUID, Key] = {}
        self._rows: dict[uuid.UUID, KeyVersion] = {}
        self._read_at: float | None = None

    def active(self, purpose: Purpose) -> Key:
        """The key to write with. Raises KeysUnavailable when the purpose has none or the root key is missing."""
        row = self._active_row(purpose, self._known()) or self._active_row(purpose, self._read())
        if row is None:
            raise KeysUnavailable(f"There is no active key for {purpose.value!r}. Run: manage.py keys list")
        return self._unwrap(row)

    def by_id(self, key_id: uuid.UUID, purpose: Purpose) -> Key:
        """The key that sealed something. Raises UnknownKey when the ring has no such key for the purpose."""
        row = self._known().get(key_id) or self._read().get(key_id)
        if row is None or row.state == KeyState.PENDING:
            raise UnknownKey(f"The sealed data names the key {key_id}, which the ring does not hold.")
        if row.purpose != purpose:
            raise UnknownKey(f"The key {key_id} serves {row.purpose!r}, not {purpose.value!r}.")
        if row.state not in OPENS:
            raise KeysUnavailable(f"The key {row.name} is suspended. What it protects opens when it is resumed.")
        return self._unwrap(row)

    def readable(self, purpose: Purpose) -> list[Key]:
        """All keys of a purpose that may open data, the active one first. Raises KeysUnavailable when there is none."""
        rows = [row for row in self._known().values() if row.purpose == purpose and row.state in OPENS]
        if not rows:
            return [self.active(purpose)]
        rows.sort(key=lambda row: (row.state == KeyState.ACTIVE, row.version), reverse=True)
        return [self._unwrap(row) for row in rows]

    def row(self, key_id: uuid.UUID) -> KeyVersion | None:
        """What the ring knows of a key beside its material: its state, and when another took its place."""
        return self._known().get(key_id)

    def whatever_state(self, row: KeyVersion) -> Key:
        """The key of a row that may not open data any more: only to prove that nothing is left under it."""
        return self._unwrap(row)

    def forget(self) -> None:
        """Drop every unwrapped key; the next use reads and unwraps again."""
        with self._lock:
            self._by_id.clear()
            self._rows = {}
            self._read_at = None

    def _known(self) -> dict[uuid.UUID, KeyVersion]:
        read_at = self._read_at
        if read_at is not None and time.monotonic() - read_at < ACTIVE_FOR_S:
            return self._rows
        return self._read()

    def _read(self) -> dict[uuid.UUID, KeyVersion]:
        now = time.monotonic()  # before the query: what is read may be as old as that
        rows = {row.pk: row for row in KeyVersion.objects.exclude(state=KeyState.DESTROYED)}
        with self._lock:
            self._rows, self._read_at = rows, now
            for gone in self._by_id.keys() - rows.keys():
                del self._by_id[gone]
        return rows

    @staticmethod
    def _active_row(purpose: Purpose, rows: dict[uuid.UUID, KeyVersion]) -> KeyVersion | None:
        return next((row for row in rows.values() if row.purpose == purpose and row.state == KeyState.ACTIVE), None)

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
