"""Small secrets sealed in the application: bytes in, bytes out, nothing to choose.

Format 1 (`seal`): one byte format, 16 bytes key id, 24 bytes nonce, ciphertext, 16 bytes tag: XAES-256-GCM under the
ring key, for anything and any number.

Format 2 (`seal_value`): one byte format, 16 bytes key id, 12 bytes nonce, ciphertext, 16 bytes tag: AES-256-GCM under a
key of the ring key and the place, for columns that lists open by the thousand: ten times as fast, 45 bytes longer than
the value. Its nonces are random, so that a column may be written 2**32 times under one version of the key (NIST SP
800-38D, 8.3); rotate before.

Format, key id, purpose and the caller's context are authenticated, so a value that is moved to another row, column or
purpose does not open.
"""

import hashlib
import hmac
import os
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import xaes
from .errors import DecryptionFailed
from .keyring import Key, keyring
from .purposes import Purpose

_FORMAT, _VALUE_FORMAT = b"\x01", b"\x02"
FORMATS = (_FORMAT, _VALUE_FORMAT)
_HEADER_BYTES = 17
_NONCE_BYTES = 12
_TAG_BYTES = 16
_NOT_SEALED = "The sealed data could not be opened: it is damaged, not from here, or was read by raw SQL."


def _associated(header: bytes, purpose: Purpose, context: bytes) -> bytes:
    label = purpose.value.encode()
    return b"modelops envelope\x00" + header + bytes([len(label)]) + label + context


def seal(data: bytes, *, purpose: Purpose, context: bytes) -> bytes:
    """``data`` sealed under the active key of ``purpose`` and bound to ``context`` (for example table, column and row).

    Raises KeysUnavailable.
    """
    key = keyring.active(purpose)
    header = _FORMAT + key.id.bytes
    return header + xaes.seal(key.material, data, _associated(header, purpose, context))


def seal_value(data: bytes, *, purpose: Purpose, context: bytes) -> bytes:
    """Like `seal`, in the format for columns. ``context`` is ``place:row``; the key is apart for each place."""
    key = keyring.active(purpose)
    header, nonce = _VALUE_FORMAT + key.id.bytes, os.urandom(_NONCE_BYTES)
    return header + nonce + _cipher(key, context).encrypt(nonce, data, _associated(header, purpose, context))


def unseal(sealed: bytes, *, purpose: Purpose, context: bytes) -> bytes:
    """What `seal` or `seal_value` was given. Raises DecryptionFailed, UnknownKey or KeysUnavailable."""
    sealed = bytes(sealed)
    header = sealed[:_HEADER_BYTES]
    key = keyring.by_id(key_id(header), purpose)
    associated, body = _associated(header, purpose, context), sealed[_HEADER_BYTES:]
    try:
        if header[:1] == _FORMAT:
            return xaes.unseal(key.material, body, associated)
        if len(body) < _NONCE_BYTES + _TAG_BYTES:
            raise DecryptionFailed
        return _cipher(key, context).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], associated)
    except InvalidTag:
        raise DecryptionFailed from None


def opener(purpose: Purpose, place: bytes, read: Callable[[bytes], Any], row_bytes: int | None) -> Callable[..., Any]:
    """A converter as Django calls it for every value of a list: what the values of one ``place`` share is kept in it.

    It takes the row's key, of ``row_bytes`` or up to a zero byte, and the sealed value behind it, and gives ``read`` of
    the opened bytes. Made for one query and dropped after it, so that a key that was taken away opens nothing later.
    It raises as `unseal` does.
    """
    known: dict[bytes, tuple[Callable[..., bytes], bytes]] = {}

    def learn(sealed: bytes) -> tuple[Callable[..., bytes], bytes] | None:
        """The cipher and what is authenticated before the row; None for the format that has a cipher a value."""
        header = sealed[:_HEADER_BYTES]
        if header[:1] not in FORMATS:
            raise DecryptionFailed(_NOT_SEALED)
        key = keyring.by_id(key_id(header), purpose)
        if header[:1] != _VALUE_FORMAT:
            return None
        known[header] = _cipher_of(key, place).decrypt, _associated(header, purpose, place + b":")
        return known[header]

    # One function without calls of its own, and no copy that can be spared: it runs once a value.
    def opened(value: bytes | None, expression: object, connection: object) -> Any:
        if value is None:
            return None
        if row_bytes is None:
            end = value.find(0)
            start = end + 1
        else:
            end = start = row_bytes
        nonce = start + _HEADER_BYTES
        found = known.get(value[start:nonce]) or learn(value[start:])
        if found is None:
            return read(unseal(value[start:], purpose=purpose, context=place + b":" + value[:end]))
        decrypt, associated = found
        body = nonce + _NONCE_BYTES
        try:
            data = decrypt(value[nonce:body], value[body:], associated + value[:end])
        except (InvalidTag, ValueError):  # ValueError: the nonce is cut short
            raise DecryptionFailed from None
        return read(data)

    return opened


def reseal(sealed: bytes, *, purpose: Purpose, context: bytes) -> bytes:
    """The same secret under the active key, in the format that it had."""
    data = unseal(sealed, purpose=purpose, context=context)
    again = seal if bytes(sealed[:1]) == _FORMAT else seal_value
    return again(data, purpose=purpose, context=context)


def key_id(sealed: bytes) -> uuid.UUID:
    """The ring key that a sealed value names. Raises DecryptionFailed when it is no sealed value."""
    header = bytes(sealed[:_HEADER_BYTES])
    if len(header) != _HEADER_BYTES or header[:1] not in FORMATS:
        raise DecryptionFailed
    return uuid.UUID(bytes=header[1:])


def _cipher(key: Key, context: bytes) -> AESGCM:
    return _cipher_of(key, context.partition(b":")[0])


@lru_cache(maxsize=256)
def _cipher_of(key: Key, place: bytes) -> AESGCM:
    return AESGCM(hmac.new(key.material, b"modelops envelope 2\x00" + place, hashlib.sha256).digest())
