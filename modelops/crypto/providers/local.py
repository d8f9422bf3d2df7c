"""Root keys that this machine holds: in the environment, or in a file that only its owner can read."""

import base64
import binascii
import hashlib
import hmac
import os
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from django.conf import settings

from modelops.crypto import xaes
from modelops.crypto.errors import KeysUnavailable

from .base import RootKeyProvider, providers


class LocalRootKey(RootKeyProvider):
    """A 256-bit root key in this process, read when it is first needed."""

    source: ClassVar[str]

    def __init__(self) -> None:
        self._key = self._decode(self.read())

    @abstractmethod
    def read(self) -> str:
        """The key as base64 text. Raises KeysUnavailable."""

    def _decode(self, encoded: str) -> bytes:
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise KeysUnavailable(f"{self.source}: the root key is not base64.") from None
        if len(key) != 32:
            raise KeysUnavailable(f"{self.source}: the root key has {len(key)} bytes; 32 are needed.")
        return key

    @property
    def key_id(self) -> str:
        return hmac.new(self._key, b"modelops root key id", hashlib.sha256).hexdigest()[:16]

    def wrap(self, material: bytes, context: bytes) -> bytes:
        return xaes.seal(self._key, material, b"modelops root wrap\x00" + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return xaes.unseal(self._key, wrapped, b"modelops root wrap\x00" + context)
        except InvalidTag:
            raise KeysUnavailable(
                f"The configured root key {self.key_id} does not open the key ring. "
                "Configure the root key that this portal was set up with."
            ) from None


@providers.register("environment")
class EnvironmentRootKey(LocalRootKey):
    """The key stands in ``MODELOPS_ROOT_KEY``."""

    source = "MODELOPS_ROOT_KEY"

    def read(self) -> str:
        value = os.environ.get("MODELOPS_ROOT_KEY", "").strip()
        if not value:
            raise KeysUnavailable("MODELOPS_ROOT_KEY is empty; set the root key that this portal was set up with.")
        return value


@providers.register("file")
class FileRootKey(LocalRootKey):
    """The key stands in the file of ``MODELOPS_ROOT_KEY_FILE``, which nobody but its owner may read."""

    source = "MODELOPS_ROOT_KEY_FILE"

    def read(self) -> str:
        path = Path(settings.MODELOPS_ROOT_KEY_FILE)
        try:
            mode = path.stat().st_mode & 0o777
            encoded = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise KeysUnavailable(
                f"The root key file {path} cannot be read. Bring it back; no new key is made."
            ) from None
        if mode & 0o077:
            raise KeysUnavailable(
                f"The root key file {path} has mode {mode:o}; others can read it. Run: chmod 600 {path}"
            )
        return encoded
