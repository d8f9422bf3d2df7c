"""What the providers behind a network have in common."""

import ipaddress
import time
from urllib.parse import urlsplit

from modelops.crypto.errors import KeysUnavailable

from .base import RootKeyProvider
from .sources import KeySource

HEALTHY_FOR_S = 10.0


class RemoteRootKey(RootKeyProvider):
    """A root key in another process. It is asked once for each ring key; what was unwrapped stays in memory."""

    def __init__(self, source: KeySource | None = None) -> None:
        super().__init__(source)
        self.timeout_s = self.source.integer("KEY_TIMEOUT_S", 5, at_least=1)
        self._healthy_until = 0.0

    def health(self) -> None:
        """Ask the service at most every ten seconds; it must also refuse a value in another's place."""
        if time.monotonic() < self._healthy_until:
            return
        super().health()
        try:
            self.open(self.wrap(b"health", b"one place"), b"another place")
        except KeysUnavailable:
            self._healthy_until = time.monotonic() + HEALTHY_FOR_S
            return
        raise KeysUnavailable(f"{self.key_id} does not bind what it wraps to its place. Use an AES-GCM or derived key.")

    def away(self) -> KeysUnavailable:
        """What to raise when the service does not answer."""
        return KeysUnavailable(f"The root key {self.key_id} cannot be reached now. Nothing is opened until it can.")


def require_https(variable: str, address: str) -> str:
    """``address`` when it is https, or http on this machine; a token and keys travel there. Raises KeysUnavailable."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not host or parts.scheme not in {"http", "https"}:
        raise KeysUnavailable(f"{variable} is {address!r}; an address such as https://vault.example:8200 is needed.")
    if parts.username or parts.password or parts.query:
        raise KeysUnavailable(f"{variable} must be an address without sign-in data and without a query.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise KeysUnavailable(f"{variable} is plain http to {host}; use https. Keys would travel in the clear.")
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
