"""Sending a file in pieces, as a client does."""

import base64
import hashlib
from typing import Any

from django.test import Client

from tests.registry.answers import problem_of

UPLOADS = "/api/v1/uploads/"
VERSIONS = "/api/v1/models/arrival-delay/versions/"
PIECE = "application/octet-stream"


def begin(api: Client, length: int | None, **said: Any) -> str:
    """Begin an upload; gives its address."""
    body = {"file_name": "m.safetensors", "length": length, **said}
    answer = api.post(UPLOADS, body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.headers["Upload-Offset"] == "0"
    address = answer.headers["Location"].removeprefix("http://testserver")
    assert address == f"{UPLOADS}{answer.json()['id']}/"
    return address


def send(api: Client, address: str, start: int, piece: bytes, **headers: str) -> Any:
    """Add a piece."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.patch(address, piece, content_type=PIECE, headers={"Upload-Offset": str(start), **named})


def upload(api: Client, content: bytes, pieces: int = 3, **said: Any) -> str:
    """A whole file in pieces; gives the id of the upload."""
    address = begin(api, len(content), **said)
    step = -(-len(content) // pieces)
    for start in range(0, len(content), step):
        answer = send(api, address, start, content[start : start + step])
        assert answer.status_code == 204, answer.content
    return address.removeprefix(UPLOADS).strip("/")


def complete(api: Client, upload_id: str, address: str = VERSIONS, **said: Any) -> Any:
    """Make a version of an upload."""
    return api.post(address, {"upload": upload_id, **said}, content_type="application/json")


def offset(api: Client, address: str) -> int:
    """Where the upload goes on."""
    answer = api.head(address)
    assert answer.status_code == 200
    assert answer.content == b""
    return int(answer.headers["Upload-Offset"])


def digest_header(content: bytes, algorithm: str = "sha256") -> str:
    """As RFC 9530 writes it."""
    value = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    return f"{algorithm[:3]}-{algorithm[3:]}=:{value}:"


def refused(answer: Any, status: int, code: str) -> None:
    """The answer is this refusal."""
    assert problem_of(answer) == (status, code), answer.content
