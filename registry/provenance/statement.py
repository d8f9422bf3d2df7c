"""Attestations of builders: in-toto statements with SLSA provenance in a DSSE envelope. No Django in here."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.signing.bundle import PAYLOAD_TYPE, pae
from registry.signing.keys import PublicKey

MOST_BYTES = 2 * 2**20
MOST_SIGNATURES = 10
MOST_SUBJECTS = 10_000
_STATEMENTS = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
SLSA_1, SLSA_0_2 = "https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"


class Malformed(ValueError):
    """What was sent is no attestation that can be read; the text says why, in a sentence."""


class NotProven(Exception):
    """The attestation can be read and does not hold for these files; the text says why."""


class Untrusted(Exception):
    """It may be genuine, but nobody who is trusted here signed it."""


@dataclass(frozen=True)
class Provenance:
    """What a builder says, and its signatures, none of them checked yet."""

    payload: bytes
    signatures: tuple[bytes, ...]
    predicate_type: str
    issuer: str
    source: str
    digests: frozenset[str]

    @property
    def envelope(self) -> dict[str, Any]:
        """What counts of the envelope that was sent, and nothing else of it."""
        signatures = [{"sig": base64.b64encode(one).decode()} for one in self.signatures]
        payload = base64.b64encode(self.payload).decode()
        return {"payloadType": PAYLOAD_TYPE, "payload": payload, "signatures": signatures}


def parse(said: Any) -> Provenance:
    """The parts of a DSSE envelope, alone or within a Sigstore bundle. Raises Malformed."""
    try:
        if isinstance(said, Mapping) and "dsseEnvelope" in said:
            said = said["dsseEnvelope"]
        if said["payloadType"] != PAYLOAD_TYPE or len(said["payload"]) > MOST_BYTES:
            raise Malformed(f"The envelope does not hold an in-toto statement ({PAYLOAD_TYPE}) of up to 2 MiB.")
        payload = base64.b64decode(said["payload"], validate=True)
        signatures = tuple(base64.b64decode(one["sig"], validate=True) for one in said["signatures"][:MOST_SIGNATURES])
        statement = json.loads(payload)
        if statement["_type"] not in _STATEMENTS or len(statement["subject"]) > MOST_SUBJECTS:
            raise Malformed("The signed content is no in-toto statement of version 1 or 0.1.")
        digests = frozenset(str(one["digest"]["sha256"]) for one in statement["subject"])
        kind, predicate = str(statement["predicateType"]), statement["predicate"]
        issuer, source = _origin(kind, predicate)
    except Malformed:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, binascii.Error):
        raise Malformed("This is no DSSE envelope with an in-toto statement of SLSA provenance.") from None
    return Provenance(payload, signatures, kind[:300], issuer, source, digests)


def _origin(kind: str, predicate: Mapping[str, Any]) -> tuple[str, str]:
    """Builder and source of an SLSA predicate."""
    if kind == SLSA_1:
        issuer = predicate["runDetails"]["builder"]["id"]
        inputs = predicate.get("buildDefinition", {}).get("resolvedDependencies") or [{}]
        source = inputs[0].get("uri", "")
    elif kind == SLSA_0_2:
        issuer = predicate["builder"]["id"]
        source = predicate.get("invocation", {}).get("configSource", {}).get("uri", "")
    else:
        raise Malformed(f"{kind[:100]!r} says nothing of a build. SLSA provenance of version 1 or 0.2 is expected.")
    if not isinstance(issuer, str) or not issuer.strip() or len(issuer) > 300 or _storable(issuer) != issuer:
        raise Malformed("The provenance names no builder (builder.id) of 1 to 300 characters.")
    return issuer.strip(), _storable(str(source))[:500]


def _storable(text: str) -> str:
    """The text without what the database cannot hold: NUL and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def check(found: Provenance, keys: Iterable[PublicKey], digests: Iterable[str]) -> PublicKey:
    """The trusted key that vouches for ``found``, when every file (SHA-256) is among its subjects.

    Raises Untrusted when none of the keys made a signature, NotProven when it speaks of other files.
    """
    message = pae(PAYLOAD_TYPE, found.payload)
    signer = next((key for key in keys if any(key.verifies(one, message) for one in found.signatures)), None)
    if signer is None:
        raise Untrusted("No key that is trusted here signed it.")
    missing = sorted(set(digests) - found.digests)
    if missing:
        raise NotProven(f"It speaks of other files: {missing[0][:16]}… is not among its subjects.")
    return signer
