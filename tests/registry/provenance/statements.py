"""Attestations as builders write them; made here by the specifications, without the code under test."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

TYPE = "application/vnd.in-toto+json"
BUILDER = "https://ci.example/builders/release@v2"


def statement(files: dict[str, bytes], builder: str = BUILDER, **more: Any) -> dict[str, Any]:
    """An in-toto statement with SLSA provenance of version 1."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": name, "digest": {"sha256": hashlib.sha256(text).hexdigest()}} for name, text in files.items()
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://ci.example/workflow/v1",
                "externalParameters": {"workflow": "train.yml"},
                "resolvedDependencies": [{"uri": "git+https://git.example/acme/delays@refs/heads/main"}],
            },
            "runDetails": {"builder": {"id": builder}},
        },
        **more,
    }


def older(files: dict[str, bytes], builder: str = BUILDER) -> dict[str, Any]:
    """The same of version 0.2."""
    said = statement(files)
    said["_type"], said["predicateType"] = "https://in-toto.io/Statement/v0.1", "https://slsa.dev/provenance/v0.2"
    said["predicate"] = {"builder": {"id": builder}, "invocation": {"configSource": {"uri": "git+https://git.example"}}}
    return said


def envelope(said: Any, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """The DSSE envelope around it."""
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    message = f"DSSEv1 {len(TYPE)} {TYPE} {len(payload)} ".encode() + payload
    signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": TYPE,
        "signatures": [{"keyid": "", "sig": base64.b64encode(signature).decode()}],
    }
