"""Secrets in the key-value store of the Vault (or OpenBao) server that also holds the root key."""

import re

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers import configured_provider
from modelops.crypto.providers.vault import VaultRootKey

from .base import SecretSource, SecretUnavailable, bad_reference, sources

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_PATH = re.compile(rf"(?P<mount>{_PART})/(?P<path>{_PART}(?:/{_PART}){{0,8}})#(?P<field>[A-Za-z0-9._-]{{1,100}})")


@sources.register("vault")
class VaultSource(SecretSource):
    """``vault:secret/portal/smtp#password`` reads a field of a version-2 store, with the portal's own sign-in."""

    def check(self, path: str) -> None:
        if not _PATH.fullmatch(path):
            raise bad_reference("vault: takes MOUNT/PATH#FIELD, such as secret/portal/smtp#password.")
        if _server() is None:
            raise bad_reference("vault: needs Vault as the provider of the root key; see docs/howto/keys.md.")

    def read(self, path: str) -> str:
        found = _PATH.fullmatch(path)
        server = _server()
        if found is None or server is None:
            raise SecretUnavailable("Vault is not the provider of the root key any more, so the secret cannot be read.")
        try:
            value = server.read_field(found["mount"], found["path"], found["field"])
        except KeysUnavailable:
            raise SecretUnavailable(
                f"Vault does not give {path} now: it is away, has no such path, or its policy does not let the portal "
                "read it."
            ) from None
        if not value:
            raise SecretUnavailable(f"Vault has no text under {path}.")
        return value


def _server() -> VaultRootKey | None:
    try:
        provider = configured_provider()
    except KeysUnavailable:
        return None
    return provider if isinstance(provider, VaultRootKey) else None
