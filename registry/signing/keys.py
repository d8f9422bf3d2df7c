"""Public keys that signatures are checked with: Ed25519, and ECDSA over P-256, P-384 and P-521. No Django in here."""

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# The digest that Sigstore's bundle prescribes for each curve.
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
_LABELS = {"secp256r1": "ECDSA P-256", "secp384r1": "ECDSA P-384", "secp521r1": "ECDSA P-521"}
_MOST_BYTES = 4096


class UnusableKey(ValueError):
    """The text is no public key that can be trusted here; the message says what is."""


@dataclass(frozen=True)
class PublicKey:
    """A public key in its normal form. ``fingerprint`` is the SHA-256 of the PEM text, which bundles name as hint."""

    pem: str
    algorithm: str
    _key: Ed25519PublicKey | ec.EllipticCurvePublicKey = field(repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.pem.encode()).hexdigest()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the holder of the private key signed ``message``."""
        try:
            if isinstance(self._key, Ed25519PublicKey):
                self._key.verify(signature, message)
            else:
                self._key.verify(signature, message, ec.ECDSA(_DIGESTS[self._key.curve.name]))
        except InvalidSignature:
            return False
        return True


def load_public_key(pem: str) -> PublicKey:
    """The key of a PEM text. Raises UnusableKey, also when the text holds a private key."""
    if "PRIVATE" in pem:
        raise UnusableKey("This is a private key. Keep it to yourself, make a new pair, and give the public key alone.")
    if len(pem) > _MOST_BYTES:
        raise UnusableKey("This is too long for a public key.")
    try:
        key = serialization.load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableKey("This is no public key in PEM form (BEGIN PUBLIC KEY).") from None
    return of_key(key)


def of_key(key: object) -> PublicKey:
    """A public key of the cryptography package. Raises UnusableKey for a kind that is not taken here."""
    if isinstance(key, Ed25519PublicKey):
        algorithm = "Ed25519"
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _DIGESTS:
        algorithm = _LABELS[key.curve.name]
    else:
        raise UnusableKey("Keys are Ed25519 or ECDSA over P-256, P-384 or P-521.")
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return PublicKey(pem, algorithm, key)
