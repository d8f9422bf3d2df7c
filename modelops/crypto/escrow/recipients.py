"""Whom a key backup is made for: people or safes that hold a private key where the portal is not.

A recipient is a public key, so the portal can wrap for it and never unwrap. The private key is an `Identity`, which
only the drill and a recovery read. RSA-OAEP (SHA-256) needs 3072 bits: a shorter key is weaker than what it protects.
"""

import hashlib
from abc import ABC, abstractmethod
from typing import ClassVar

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, x25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from modelops.crypto import xaes
from modelops.lib.errors import Invalid

SMALLEST_RSA_BITS = 3072
_LABEL = b"modelops key backup 1\x00"
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=_LABEL)

PublicKey = rsa.RSAPublicKey | x25519.X25519PublicKey
PrivateKey = rsa.RSAPrivateKey | x25519.X25519PrivateKey


class WrongIdentity(Invalid):
    """The private key does not open what it was asked to open."""

    code = "backup.wrong_identity"


def fingerprint_of(key: PublicKey) -> str:
    """SHA-256 of the public key (DER, SubjectPublicKeyInfo) in hexadecimal digits."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


class Recipient(ABC):
    """A public key that keys are wrapped for."""

    kind: ClassVar[str]

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint

    @abstractmethod
    def wrap(self, key: bytes) -> dict[str, str]:
        """What the file keeps so that the holder of the private key gets ``key`` back; values in hexadecimal digits."""


class RsaRecipient(Recipient):
    """RSA-OAEP with SHA-256 and a label of its own."""

    kind = "rsa-oaep-sha256"

    def __init__(self, public: rsa.RSAPublicKey) -> None:
        super().__init__(fingerprint_of(public))
        self._public = public

    def wrap(self, key: bytes) -> dict[str, str]:
        return {"wrapped": self._public.encrypt(key, _OAEP).hex()}


class X25519Recipient(Recipient):
    """A key agreement with a fresh key pair, HKDF-SHA256, then XAES-256-GCM."""

    kind = "x25519"

    def __init__(self, public: x25519.X25519PublicKey) -> None:
        super().__init__(fingerprint_of(public))
        self._public = public

    def wrap(self, key: bytes) -> dict[str, str]:
        fresh = x25519.X25519PrivateKey.generate()
        sent = fresh.public_key().public_bytes_raw()
        wrapping = _agreed(fresh.exchange(self._public), sent, self._public.public_bytes_raw())
        return {"ephemeral": sent.hex(), "wrapped": xaes.seal(wrapping, key, _LABEL + sent).hex()}


class Identity:
    """The private key of one recipient."""

    def __init__(self, private: PrivateKey) -> None:
        self._private = private
        self.fingerprint = fingerprint_of(private.public_key())

    def unwrap(self, entry: dict[str, str]) -> bytes:
        """The key that `Recipient.wrap` was given. Raises WrongIdentity."""
        try:
            wrapped = bytes.fromhex(entry["wrapped"])
            if isinstance(self._private, rsa.RSAPrivateKey):
                return self._private.decrypt(wrapped, _OAEP)
            sent = bytes.fromhex(entry["ephemeral"])
            shared = self._private.exchange(x25519.X25519PublicKey.from_public_bytes(sent))
            own = self._private.public_key().public_bytes_raw()
            return xaes.unseal(_agreed(shared, sent, own), wrapped, _LABEL + sent)
        except (KeyError, ValueError, TypeError, InvalidTag):
            raise WrongIdentity(
                f"The identity {self.fingerprint[:16]} does not open this backup: the file is damaged or was made for "
                "another key."
            ) from None


def load_recipient(pem: bytes, name: str = "The recipient") -> Recipient:
    """The recipient of a public key in PEM. Raises Invalid for another kind of key and for a short one."""
    try:
        public = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        hint = " It is a private key; keep that elsewhere." if b"PRIVATE KEY" in pem else ""
        raise Invalid(
            f"{name} is no public key in PEM.{hint} Make one: openssl genpkey -algorithm X25519 -out private.pem; "
            "openssl pkey -in private.pem -pubout -out public.pem",
            code="recipient.unreadable",
        ) from None
    if isinstance(public, x25519.X25519PublicKey):
        return X25519Recipient(public)
    if isinstance(public, rsa.RSAPublicKey):
        if public.key_size < SMALLEST_RSA_BITS:
            raise Invalid(
                f"{name} is an RSA key of {public.key_size} bits; at least {SMALLEST_RSA_BITS} are needed.",
                code="recipient.too_short",
            )
        return RsaRecipient(public)
    raise Invalid(
        f"{name} is neither an X25519 nor an RSA key; only these two can be encrypted to.", code="recipient.unsupported"
    )


def load_identity(pem: bytes, password: bytes | None = None) -> Identity:
    """The identity of a private key in PEM. Raises Invalid."""
    try:
        private = serialization.load_pem_private_key(pem, password)
    except TypeError:
        raise Invalid(
            "The identity is protected by a passphrase, or one was given and it is not protected. "
            "Give the passphrase with --identity-passphrase-file only where there is one.",
            code="identity.passphrase",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Invalid(
            "The identity is no private key in PEM, or its passphrase is another one.", code="identity.unreadable"
        ) from None
    if not isinstance(private, rsa.RSAPrivateKey | x25519.X25519PrivateKey):
        raise Invalid("The identity is neither an X25519 nor an RSA key.", code="identity.unsupported")
    return Identity(private)


def _agreed(shared: bytes, sent: bytes, own: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=sent + own, info=_LABEL + b"x25519").derive(shared)
