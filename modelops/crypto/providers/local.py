"""Root keys that this machine holds: in the environment, or in a file that only its owner can read."""

import base64
import binascii
import hashlib
import hmac
import os
import stat
from abc import abstractmethod
from pathlib import Path

from cryptography.exceptions import InvalidTag

from modelops.crypto import xaes
from modelops.crypto.errors import KeysUnavailable

from .base import RootKeyProvider, providers
from .sources import KeySource

_LARGEST_FILE = 4096


class LocalRootKey(RootKeyProvider):
    """A 256-bit root key in this process, read when it is first needed."""

    variable: str

    def __init__(self, source: KeySource | None = None) -> None:
        super().__init__(source)
        self._key = self._decode(self.read())

    @abstractmethod
    def read(self) -> str:
        """The key as base64 text. Raises KeysUnavailable."""

    def _decode(self, encoded: str) -> bytes:
        name = self.source.name(self.variable)
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise KeysUnavailable(f"{name}: the root key is not base64.") from None
        if len(key) != 32:
            raise KeysUnavailable(f"{name}: the root key has {len(key)} bytes; 32 are needed.")
        return key

    @property
    def key_id(self) -> str:
        return hmac.new(self._key, b"modelops root key id", hashlib.sha256).hexdigest()[:16]

    def wrap(self, material: bytes, context: bytes) -> bytes:
        return xaes.seal(self._key, material, b"modelops root wrap\x00" + context)

    def open(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return xaes.unseal(self._key, wrapped, b"modelops root wrap\x00" + context)
        except InvalidTag:
            raise self.refused() from None


@providers.register("environment")
class EnvironmentRootKey(LocalRootKey):
    """The key stands in ``MODELOPS_ROOT_KEY``."""

    name = "environment"
    variable = "ROOT_KEY"

    def read(self) -> str:
        value = self.source.text(self.variable)
        if not value:
            name = self.source.name(self.variable)
            raise KeysUnavailable(f"{name} is empty; set the root key that this portal was set up with.")
        return value


@providers.register("file")
class FileRootKey(LocalRootKey):
    """The key stands in the file of ``MODELOPS_ROOT_KEY_FILE``, which nobody but its owner may read."""

    name = "file"
    variable = "ROOT_KEY_FILE"

    def read(self) -> str:
        path = self.source.text(self.variable)
        if not path:
            raise KeysUnavailable(f"{self.source.name(self.variable)} is empty; name the file of the root key.")
        return read_private(Path(path), "root key file")


def read_private(path: Path, what: str) -> str:
    """The text of a file that is no link, belongs to this account and opens to nobody else. Raises KeysUnavailable.

    The open file is examined, not its name, so that it cannot be exchanged in between.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise KeysUnavailable(f"The {what} {path} is a symbolic link; name the file itself.") from None
        reason = error.strerror or "unknown reason"
        raise KeysUnavailable(
            f"The {what} {path} cannot be read ({reason}). Bring it back; no new key is made."
        ) from None
    try:
        found = os.fstat(descriptor)
        mode = stat.S_IMODE(found.st_mode)
        if not stat.S_ISREG(found.st_mode):
            raise KeysUnavailable(f"The {what} {path} is not a regular file.")
        if found.st_uid != os.geteuid():
            raise KeysUnavailable(
                f"The {what} {path} belongs to account {found.st_uid}, not to the portal's, {os.geteuid()}. "
                f"Run: chown {os.geteuid()} {path}"
            )
        if mode & 0o077:
            raise KeysUnavailable(f"The {what} {path} has mode {mode:o}; others can read it. Run: chmod 600 {path}")
        content = os.read(descriptor, _LARGEST_FILE + 1)
    finally:
        os.close(descriptor)
    if len(content) > _LARGEST_FILE:
        raise KeysUnavailable(f"The {what} {path} has more than {_LARGEST_FILE} bytes; it is not one.")
    try:
        return content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise KeysUnavailable(f"The {what} {path} holds no text.") from None
