"""Small secrets sealed in the application: bytes in, bytes out, nothing to choose.

A sealed value is: one byte format (1), 16 bytes key id, 24 bytes nonce, ciphertext, 16 bytes tag. Format, key id,
purpose and the caller's context are authenticated, so a value that is moved to another row, column or purpose
does not open.
"""

import uuid

from cryptography.exceptions import InvalidTag

from . import xaes
from .errors import DecryptionFailed
from .keyring import keyring
from .purposes import Purpose

_FORMAT = b"\x01"
_HEADER_BYTES = 17


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


def unseal(sealed: bytes, *, purpose: Purpose, context: bytes) -> bytes:
    """What `seal` was given. Raises DecryptionFailed, UnknownKey or KeysUnavailable."""
    sealed = bytes(sealed)
    header = sealed[:_HEADER_BYTES]
    if len(header) != _HEADER_BYTES or header[:1] != _FORMAT:
        raise DecryptionFailed
    key = keyring.by_id(uuid.UUID(bytes=header[1:]), purpose)
    try:
        return xaes.unseal(key.material, sealed[_HEADER_BYTES:], _associated(header, purpose, context))
    except InvalidTag:
        raise DecryptionFailed from None


def key_id(sealed: bytes) -> uuid.UUID:
    """The ring key that a sealed value names. Raises DecryptionFailed when it is no sealed value."""
    header = bytes(sealed)[:_HEADER_BYTES]
    if len(header) != _HEADER_BYTES or header[:1] != _FORMAT:
        raise DecryptionFailed
    return uuid.UUID(bytes=header[1:])
