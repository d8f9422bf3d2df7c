"""An authenticator in software: it makes passkeys and signs as WebAuthn level 3 says, and lies where a test asks."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 1, 4, 8, 16, 64


def text_of(value: bytes) -> str:
    """Base 64 for addresses, without padding."""
    return urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class Authenticator:
    """One passkey in one device. ``flags`` and ``origin`` are what it claims."""

    origin: str
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes = b""

    def _client_data(self, kind: str, challenge: str) -> bytes:
        data = {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(data).encode()

    def _data(self, party: str, flags: int, more: bytes = b"") -> bytes:
        if self.counts:
            self.count += 1
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + more

    def make(self, options: dict[str, Any]) -> str:
        """What the browser sends after ``navigator.credentials.create``."""
        self.user_handle = urlsafe_b64decode(options["user"]["id"] + "==")
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(options["rp"]["id"], self.flags | ATTESTED, attested)
        client = self._client_data("create", options["challenge"])
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"attestationObject": text_of(attestation), "clientDataJSON": text_of(client)})

    def show(self, options: dict[str, Any], *, party: str = "") -> str:
        """What the browser sends after ``navigator.credentials.get``."""
        data = self._data(party or options["rpId"], self.flags)
        client = self._client_data("get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "authenticatorData": text_of(data),
                "clientDataJSON": text_of(client),
                "signature": text_of(signature),
                "userHandle": text_of(self.user_handle),
            }
        )

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": text_of(self.id),
                "rawId": text_of(self.id),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )
