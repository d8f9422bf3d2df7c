"""Data keys on their way between a client and the portal: HPKE (RFC 9180), base mode, over X25519.

A client that seals a file itself wraps the file's data key for the portal's recipient key; one that opens a file itself
sends a fresh public key and gets the data key wrapped for it. What a wrapped key is for goes into the derivation:
direction, recipient, sender and file. Without the sender, whoever has captured a sealed upload could send it again
under an account of their own and download what the portal made of it.
"""

import uuid
from dataclasses import dataclass
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from modelops.lib.errors import Conflict, Invalid

from .escrow.recipients import fingerprint_of
from .keyring import keyring
from .models import KeyState, KeyVersion
from .purposes import Purpose

SUITE = "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM"
PUBLIC_BYTES, WRAPPED_BYTES = 32, 80
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_UPLOAD, _DOWNLOAD = b"modelops sealed upload 1\x00", b"modelops sealed download 1\x00"


@dataclass(frozen=True)
class Recipient:
    """The public half of a key that clients wrap data keys for."""

    key_id: uuid.UUID
    version: int
    public: X25519PublicKey

    @property
    def raw(self) -> bytes:
        """The 32 bytes of RFC 7748."""
        return self.public.public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key (DER, SubjectPublicKeyInfo) in hexadecimal digits: what a client pins."""
        return fingerprint_of(self.public)


def present_recipient() -> Recipient:
    """Whom to wrap for now. Raises KeysUnavailable."""
    key = keyring.active(Purpose.SEALED_UPLOAD)
    return Recipient(key.id, key.version, X25519PrivateKey.from_private_bytes(key.material).public_key())


def unwrap(key_id: uuid.UUID, wrapped: bytes, *, sender: uuid.UUID, file_id: uuid.UUID) -> bytes:
    """The data key of ``file_id`` that the account ``sender`` wrapped for the recipient ``key_id``.

    Keys that were replaced still open; what is wrapped for a compromised one was sent to whoever has that, and is
    refused. Raises Invalid, Conflict or KeysUnavailable.
    """
    key = keyring.by_id(_usable(key_id), Purpose.SEALED_UPLOAD)
    private = X25519PrivateKey.from_private_bytes(key.material)
    try:
        data_key = _SUITE.decrypt(wrapped, private, _UPLOAD + key_id.bytes + sender.bytes + file_id.bytes)
    except (InvalidTag, ValueError):
        wrong_key()
    if len(data_key) != 32:
        wrong_key()
    return data_key


def wrap_for(public: bytes, data_key: bytes, file_id: uuid.UUID) -> bytes:
    """``data_key`` of the file ``file_id`` for the holder of the private half of ``public``. Raises Invalid."""
    try:
        recipient = X25519PublicKey.from_public_bytes(public)
        return _SUITE.encrypt(data_key, recipient, _DOWNLOAD + file_id.bytes)
    except ValueError:  # another length, or a point that agrees on nothing
        raise Invalid(
            f"The public key that the file shall be sealed for is no X25519 key of {PUBLIC_BYTES} bytes.",
            code="sealed_download.bad_key",
        ) from None


def wrong_key() -> NoReturn:
    """Refuse a wrapped key that does not belong to what it came with."""
    raise Invalid(
        "The wrapped data key does not open: it was made for another recipient key, by another account or for another "
        "file. Ask for the recipient key with the account that sends, then seal the file again.",
        code="sealed_upload.wrong_key",
    )


def _usable(key_id: uuid.UUID) -> uuid.UUID:
    """``key_id`` when what is wrapped for it may be taken, as the database has it now."""
    state = KeyVersion.objects.filter(pk=key_id, purpose=Purpose.SEALED_UPLOAD).values_list("state", flat=True).first()
    if state is None or state == KeyState.PENDING:
        raise Invalid(
            f"The portal has no recipient key {key_id}. Ask for the present one, compare its fingerprint, then seal "
            "the file again.",
            code="sealed_upload.unknown_recipient",
        )
    if state in (KeyState.DESTROYED, KeyState.COMPROMISED):
        raise Conflict(
            f"The recipient key {key_id} is {KeyState(state).label.lower()}. Ask for the present one, compare its "
            "fingerprint, then seal the file again.",
            code=f"sealed_upload.recipient_{state}",
        )
    return key_id
