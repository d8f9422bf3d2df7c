"""A root key in the transit engine of Vault or OpenBao; it never leaves there.

A wrapped value is one byte and the engine's own text (``vault:v1:…``). The byte says how the value is bound to its
place: ``c`` by the context of a derived key, which the server can re-wrap by itself, ``a`` by associated data.
"""

import base64
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from modelops.crypto.errors import KeysUnavailable

from .base import providers
from .local import read_private
from .remote import RemoteRootKey, require_https
from .sources import KeySource

T = TypeVar("T")
_KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105  where Kubernetes puts it
_CONTEXT, _ASSOCIATED = b"c", b"a"


@providers.register("vault")
class VaultRootKey(RemoteRootKey):
    """The transit key ``MODELOPS_VAULT_KEY`` of the server at ``MODELOPS_VAULT_ADDRESS``."""

    name = "vault"

    def __init__(self, source: KeySource | None = None) -> None:
        super().__init__(source)
        text, name = self.source.text, self.source.name
        self._address = require_https(name("VAULT_ADDRESS"), text("VAULT_ADDRESS"))
        self._mount = text("VAULT_MOUNT", "transit")
        self._key = text("VAULT_KEY", "modelops")
        self._namespace = text("VAULT_NAMESPACE") or None
        authority = text("VAULT_CA_FILE")
        if authority and not Path(authority).is_file():
            raise KeysUnavailable(f"{name('VAULT_CA_FILE')} names {authority}, which does not exist.")
        self._verify: str | bool = authority or True
        self._role = text("VAULT_KUBERNETES_ROLE")
        has_token = bool(text("VAULT_TOKEN") or text("VAULT_TOKEN_FILE"))
        if has_token == bool(self._role):
            raise KeysUnavailable(
                f"Vault needs exactly one way to sign in: {name('VAULT_TOKEN')} (or {name('VAULT_TOKEN_FILE')}), "
                f"or {name('VAULT_KUBERNETES_ROLE')}."
            )
        self._lock = threading.RLock()
        self._client: Any = None
        self._renew_at = float("inf")
        self._mode: bytes | None = None

    @property
    def key_id(self) -> str:
        return f"vault:{self._mount}/{self._key}"

    # --- wrapping ---------------------------------------------------------------------------------------------------

    def wrap(self, material: bytes, context: bytes) -> bytes:
        mode = self._binding()
        return mode + self._encrypt(material, context, mode).encode("ascii")

    def open(self, wrapped: bytes, context: bytes) -> bytes:
        return self._decrypt(*self._parts(wrapped), context)

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Inside the server where the engine can (a derived key); else the material comes here and goes back."""
        mode, text = self._parts(wrapped)
        if mode != _CONTEXT:
            return super().rewrap(wrapped, context)
        answer = self._call(
            lambda client: client.secrets.transit.rewrap_data(
                name=self._key, ciphertext=text, context=_encoded(context), mount_point=self._mount
            )
        )
        return mode + answer["data"]["ciphertext"].encode("ascii")

    def _parts(self, wrapped: bytes) -> tuple[bytes, str]:
        try:
            mode, text = wrapped[:1], wrapped[1:].decode("ascii")
        except UnicodeDecodeError:
            raise self.refused() from None
        if mode not in (_CONTEXT, _ASSOCIATED) or not text.startswith("vault:v"):
            raise self.refused()
        return mode, text

    def _binding(self) -> bytes:
        """How this key binds. Found by trying: reading its settings would take a right that nothing else needs."""
        if self._mode is None:
            text = self._encrypt(b"probe", b"one place", _CONTEXT)
            try:
                self._decrypt(_CONTEXT, text, b"another place")
            except _Refused:
                self._mode = _CONTEXT
            else:
                self._mode = _ASSOCIATED  # the key is not derived and passes over the context
        return self._mode

    def _encrypt(self, material: bytes, context: bytes, mode: bytes) -> str:
        answer = self._call(
            lambda client: client.secrets.transit.encrypt_data(
                name=self._key, plaintext=_encoded(material), mount_point=self._mount, **_binding(mode, context)
            )
        )
        return str(answer["data"]["ciphertext"])

    def _decrypt(self, mode: bytes, text: str, context: bytes) -> bytes:
        answer = self._call(
            lambda client: client.secrets.transit.decrypt_data(
                name=self._key, ciphertext=text, mount_point=self._mount, **_binding(mode, context)
            )
        )
        return base64.b64decode(answer["data"]["plaintext"])

    # --- secrets of the portal --------------------------------------------------------------------------------------

    def read_field(self, mount: str, path: str, field: str) -> str | None:
        """One field of a key-value store (version 2) on the same server, by the same sign-in; None when it has none.

        Raises KeysUnavailable when the server is away, does not allow it or has no such path.
        """
        answer = self._call(
            lambda client: client.secrets.kv.v2.read_secret_version(
                path=path, mount_point=mount, raise_on_deleted_version=True
            )
        )
        value = answer["data"]["data"].get(field)
        return value if isinstance(value, str) else None

    # --- signing in -------------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Renew the token, or sign in anew when it cannot be renewed."""
        with self._lock:
            self._client = self._client or self._signed_in()
            self._translated(self._extend)

    def _extend(self) -> None:
        from hvac.exceptions import Forbidden, InvalidRequest

        try:
            self._note_life(self._client.auth.token.renew_self()["auth"])
        except (Forbidden, InvalidRequest):  # not renewable, at the end of its longest life, or gone
            self._client = self._signed_in()

    def _call(self, operation: Callable[[Any], T]) -> T:
        from hvac.exceptions import Forbidden

        with self._lock:
            if self._client is None:
                self._client = self._signed_in()
            elif time.monotonic() >= self._renew_at:
                self._translated(self._extend)

            def attempt() -> T:
                try:
                    return operation(self._client)
                except Forbidden:
                    # The token may have ended, or its file may hold a newer one; once more with a fresh sign-in.
                    self._client = self._signed_in()
                    return operation(self._client)

            return self._translated(attempt)

    def _signed_in(self) -> Any:
        return self._translated(self._sign_in)

    def _sign_in(self) -> Any:
        import hvac

        # An empty token, because hvac takes None for leave to look for one in the home folder.
        client = hvac.Client(
            url=self._address,
            token="",
            namespace=self._namespace,
            verify=self._verify,
            timeout=self.timeout_s,
            allow_redirects=False,
        )
        if self._role:
            path = Path(self.source.text("VAULT_KUBERNETES_TOKEN_FILE", _KUBERNETES_TOKEN))
            try:
                token = path.read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError):
                raise KeysUnavailable(f"The Kubernetes token {path} cannot be read.") from None
            mount = self.source.text("VAULT_KUBERNETES_MOUNT", "kubernetes")
            self._note_life(client.auth.kubernetes.login(role=self._role, jwt=token, mount_point=mount)["auth"])
            return client
        path_text = self.source.text("VAULT_TOKEN_FILE")
        given = read_private(Path(path_text), "token file") if path_text else self.source.text("VAULT_TOKEN")
        client.token = given
        found = client.auth.token.lookup_self()["data"]
        self._note_life({"lease_duration": found["ttl"], "renewable": found["renewable"]})
        return client

    def _note_life(self, granted: dict[str, Any]) -> None:
        seconds = float(granted["lease_duration"])
        self._renew_at = time.monotonic() + seconds * 2 / 3 if seconds else float("inf")

    def _translated(self, operation: Callable[[], T]) -> T:
        """Give what ``operation`` gives, and its errors as ours: none of them carries a token or a key."""
        import requests
        from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest, Unauthorized, VaultError

        try:
            return operation()
        except (Forbidden, Unauthorized):
            raise KeysUnavailable(f"Vault does not let the portal use {self.key_id}. Check token and policy.") from None
        except InvalidPath:
            raise KeysUnavailable(f"Vault has no {self.key_id}. Check mount and name of the transit key.") from None
        except InvalidRequest:
            raise _Refused(self.refused().message) from None
        except (VaultError, requests.RequestException, KeyError, ValueError):
            raise self.away() from None


class _Refused(KeysUnavailable):
    """The server answered, and the value is not from this key or not for this place."""


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _binding(mode: bytes, context: bytes) -> dict[str, str]:
    return {"context" if mode == _CONTEXT else "associated_data": _encoded(context)}
