"""Bundles as a pipeline's signing tool makes them; written here by the specification, without the code under test."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Private = ec.EllipticCurvePrivateKey | Ed25519PrivateKey
TYPE = "application/vnd.in-toto+json"


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key as `model_signing` takes it."""
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: Private) -> str:
    """The public half."""
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def statement_of(files: dict[str, bytes], name: str = "model", ignore: tuple[str, ...] = ()) -> dict[str, Any]:
    """The in-toto statement over files by name."""
    digests = {path: hashlib.sha256(content).digest() for path, content in files.items()}
    root = hashlib.sha256(b"".join(digests[path] for path in sorted(digests))).hexdigest()
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": list(ignore),
            },
            "resources": [
                {"algorithm": "sha256", "digest": digests[path].hex(), "name": path} for path in sorted(digests)
            ],
        },
    }


def bundle_of(statement: dict[str, Any], key: Private, *, hint: str | None = None) -> dict[str, Any]:
    """The signed bundle, laid out as protobuf's JSON."""
    payload = json.dumps(statement, indent=2).encode()
    message = b"DSSEv1 " + str(len(TYPE)).encode() + b" " + TYPE.encode() + b" "
    message += str(len(payload)).encode() + b" " + payload
    if isinstance(key, Ed25519PrivateKey):
        signature = key.sign(message)
    else:
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
    named = hashlib.sha256(pem_of(key).encode()).hexdigest() if hint is None else hint
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": named}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": TYPE,
            "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
        },
    }


def signed(files: dict[str, bytes], key: Private, **more: Any) -> dict[str, Any]:
    """A bundle over files."""
    return bundle_of(statement_of(files, **more), key)
