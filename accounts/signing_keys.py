"""The keys behind our tokens: which may still prove one, and their public halves for whoever checks tokens itself.

A key that was replaced proves what it had signed until the last of those tokens has ended. One that somebody else may
know proves nothing any more: whoever holds it could sign what he likes.
"""

import base64
import datetime as dt
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from modelops.crypto.errors import UnknownKey
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import KeyState

from .limits import longest_session

PROVES = frozenset({KeyState.ACTIVE, KeyState.DECRYPT_ONLY})
# A process goes on signing under the former key for some seconds, and a transaction may take its time.
SLACK = dt.timedelta(minutes=5)
# Public halves by the key's id: computing one costs more than checking a signature.
_public: dict[uuid.UUID, Ed25519PublicKey] = {}


def active_key() -> tuple[str, Ed25519PrivateKey]:
    """The id and the key to sign with. Raises KeysUnavailable."""
    key = keyring.active(Purpose.TOKEN_SIGNING)
    return str(key.id), Ed25519PrivateKey.from_private_bytes(key.material)


def verifying_key(kid: object) -> tuple[Ed25519PublicKey, dt.datetime | None]:
    """The public key of that id, and until when it signed (None: it still does). Raises UnknownKey."""
    try:
        key_id = uuid.UUID(str(kid))
    except ValueError:
        raise UnknownKey("The token names no key.") from None
    key = keyring.by_id(key_id, Purpose.TOKEN_SIGNING)
    row = keyring.row(key_id)
    if row is None or row.state not in PROVES:
        raise UnknownKey(f"The key {key_id} proves no token any more.")
    if (public := _public.get(key_id)) is None:
        public = _public[key_id] = Ed25519PrivateKey.from_private_bytes(key.material).public_key()
    return public, row.retired_at + SLACK if row.retired_at else None


def published() -> list[dict[str, Any]]:
    """The public keys that may still prove a token, newest first, as JSON Web Keys (RFC 8037)."""
    ended = timezone.now() - longest_session(None) - SLACK
    found = []
    for key in keyring.readable(Purpose.TOKEN_SIGNING):
        row = keyring.row(key.id)
        if row is None or row.state not in PROVES or (row.retired_at and row.retired_at < ended):
            continue
        public, _ = verifying_key(key.id)
        x = base64.urlsafe_b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).rstrip(b"=").decode()
        found.append({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": str(key.id), "use": "sig", "alg": "EdDSA"})
    return found
