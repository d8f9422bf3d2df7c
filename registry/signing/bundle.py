"""A Sigstore bundle around a DSSE envelope: the form in which model signatures are stored and exchanged.

No Django in here. Bundles with a certificate instead of a key (keyless signing) are told apart and not trusted.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import statement
from .keys import PublicKey, of_key
from .statement import BadSignature

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MOST_BYTES = 2 * 2**20


class Malformed(ValueError):
    """The text is no bundle at all."""


class Untrusted(Exception):
    """The bundle may be genuine, but no key that is trusted here made it; the text says which one it names."""


@dataclass(frozen=True)
class Bundle:
    """The parts of a bundle that count."""

    payload: bytes
    payload_type: str
    signature: bytes
    hint: str
    has_certificate: bool


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE: what the signature is over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def make_bundle(payload: bytes, key: Ed25519PrivateKey, fingerprint: str = "") -> dict[str, Any]:
    """A bundle with the signature of ``key`` over a statement; ``fingerprint`` is that of its public half, if known."""
    signature = key.sign(pae(PAYLOAD_TYPE, payload))
    hint = fingerprint or of_key(key.public_key()).fingerprint
    return {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
        },
    }


def parse_bundle(said: Any) -> Bundle:
    """The parts of a bundle, from its text or from parsed JSON. Raises Malformed."""
    try:
        if isinstance(said, str | bytes):
            if len(said) > MOST_BYTES:
                raise Malformed("The bundle is too large.")
            said = json.loads(said)
        envelope, material = said["dsseEnvelope"], said["verificationMaterial"]
        if not str(said["mediaType"]).startswith("application/vnd.dev.sigstore.bundle"):
            raise Malformed("The media type is not that of a Sigstore bundle.")
        (signature,) = envelope["signatures"]
        return Bundle(
            payload=base64.b64decode(envelope["payload"], validate=True),
            payload_type=str(envelope["payloadType"]),
            signature=base64.b64decode(signature["sig"], validate=True),
            hint=str(material.get("publicKey", {}).get("hint", "")),
            has_certificate="certificate" in material or "x509CertificateChain" in material,
        )
    except Malformed:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise Malformed(
            "This is no Sigstore bundle with one DSSE signature, as model signing tools write it."
        ) from None


def check_bundle(bundle: Bundle, keys: Iterable[PublicKey], files: Mapping[str, str]) -> PublicKey:
    """The trusted key that signed exactly these files (SHA-256 by name).

    Raises Untrusted when none of the keys is the signer's, BadSignature when the bundle does not hold.
    """
    candidates = [key for key in keys if not bundle.hint or key.fingerprint == bundle.hint]
    if bundle.has_certificate:
        raise Untrusted("It was made with a certificate; only registered public keys are trusted here.")
    if not candidates:
        raise Untrusted(f"Its key {bundle.hint[:16] or '(not named)'} is not among the trusted ones.")
    if bundle.payload_type != PAYLOAD_TYPE:
        raise BadSignature("The signed content is no in-toto statement.")
    message = pae(bundle.payload_type, bundle.payload)
    signer = next((key for key in candidates if key.verifies(bundle.signature, message)), None)
    if signer is None:
        if bundle.hint:
            raise BadSignature("The signature does not fit its content or its key.")
        raise Untrusted("No trusted key made this signature.")
    statement.compare(statement.read_statement(bundle.payload), files)
    return signer
