"""Sealing as the portal's client does, without a network, so that every byte of a body can be bent."""

import base64
import io
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from django.test import Client

from registry.sealed_client.modelops_seal import DOWNLOAD, SEALED, SUITE, Sealed

VERSIONS = "/api/v1/models/arrival-delay/versions/"


def recipient(api: Client) -> dict[str, Any]:
    """The portal's key as the client has it."""
    answer = api.get("/api/v1/sealing-key/")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    found["public"] = X25519PublicKey.from_public_bytes(base64.b64decode(found["public_key"]))
    return found


def sealed(content: bytes, to: dict[str, Any]) -> tuple[Sealed, bytes]:
    """A file that is sealed for ``to``, and its bytes."""
    file = Sealed(len(content), to)
    body = b"".join(file.pieces(io.BytesIO(content)))
    assert len(body) == file.length
    return file, body


def send(api: Client, body: bytes, key: dict[str, str], address: str = VERSIONS, **headers: str) -> Any:
    """A sealed body in one request."""
    said = {"X-Sealed-Recipient": key["recipient"], "X-Sealed-Key": key["key"]}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    said.setdefault("Content-Disposition", 'attachment; filename="m.safetensors"')
    return api.post(address, body, content_type=SEALED, headers=said)


def seal_and_send(api: Client, content: bytes, address: str = VERSIONS, **headers: str) -> Any:
    """A file, sealed and sent."""
    file, body = sealed(content, recipient(api))
    return send(api, body, file.key, address, **headers)


class Reader:
    """Who downloads sealed files: a fresh key pair for each."""

    def __init__(self) -> None:
        self.private = X25519PrivateKey.generate()
        self.header = base64.b64encode(self.private.public_key().public_bytes_raw()).decode()

    def get(self, api: Client, address: str, **headers: str) -> Any:
        """The sealed answer."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return api.get(address, headers={"X-Seal-For": self.header, **said})

    def open(self, answer: Any) -> bytes:
        """The plaintext of a sealed answer."""
        from registry.sealed_client.modelops_seal import opened

        body = io.BytesIO(b"".join(answer.streaming_content))
        body.headers = answer.headers  # type: ignore[attr-defined]
        assert int(answer.headers["Content-Length"]) == len(body.getvalue())
        return b"".join(opened(body, self.private))  # type: ignore[arg-type]

    def data_key(self, answer: Any, body: bytes) -> bytes:
        """The data key of a sealed answer."""
        wrapped = base64.b64decode(answer.headers["X-Sealed-Key"])
        return SUITE.decrypt(wrapped, self.private, DOWNLOAD + uuid.UUID(bytes=body[12:28]).bytes)
