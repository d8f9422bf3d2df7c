"""Keyed digests: to find or compare a value without keeping it."""

import hashlib
import hmac

from .keyring import Key, keyring
from .purposes import Purpose


def keyed_digest(purpose: Purpose, context: bytes, value: bytes) -> bytes:
    """HMAC-SHA256 (32 bytes) of ``value`` under the active key of ``purpose``, apart for each ``context``.

    Raises KeysUnavailable.
    """
    return _digest(keyring.active(purpose).material, context, value)


def keyed_digests(purpose: Purpose, context: bytes, value: bytes) -> list[bytes]:
    """The digests under every key that may still be read with, newest first: what a look-up must try."""
    return [_digest(key.material, context, value) for key in keyring.readable(purpose)]


def _digest(key: bytes, context: bytes, value: bytes) -> bytes:
    return hmac.new(key, len(context).to_bytes(4, "big") + context + value, hashlib.sha256).digest()


def digest_under(key: Key, context: bytes, value: bytes) -> bytes:
    """The digest under one key of the ring: for rotation, which compares an old with a new one."""
    return _digest(key.material, context, value)
