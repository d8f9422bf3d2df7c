"""The ring and its backup: taking the keys out for a backup, and working with a backup in place of a root key."""

import uuid
from collections.abc import Mapping

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.providers import RootKeyProvider, configured_provider

from .backup_file import BackupKey


def keys_to_back_up() -> list[BackupKey]:
    """Every key that opens or may open something, unwrapped now. Raises KeysUnavailable when one does not unwrap."""
    provider = configured_provider()
    rows = KeyVersion.objects.exclude(state=KeyState.DESTROYED).order_by("purpose", "version")
    return [
        BackupKey(row.pk, row.purpose, row.version, row.state, provider.unwrap(bytes(row.wrapped), row.wrap_context))
        for row in rows
    ]


class BackupRootKey(RootKeyProvider):
    """Stands in for the root key: gives the keys of a backup instead of unwrapping. It wraps nothing.

    It is never registered, so no setting can choose it.
    """

    name = "backup"

    def __init__(self, keys: Mapping[uuid.UUID, BackupKey]) -> None:
        super().__init__()
        self._keys = {f"{key.id}|{key.purpose}|{key.version}".encode(): key.material for key in keys.values()}

    @property
    def key_id(self) -> str:
        return "backup"

    def wrap(self, material: bytes, context: bytes) -> bytes:
        raise KeysUnavailable("A key backup wraps no keys.")

    def open(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._keys[context]
        except KeyError:
            raise KeysUnavailable(f"The backup lacks the key {context.decode(errors='replace')}.") from None

    def health(self) -> None:
        """Nothing that could be away."""
