"""Bundles as a client receives them, and what somebody does to them."""

import io
import tarfile
from pathlib import Path
from typing import Any

from django.test import Client

from registry.bundles.verify_bundle import END, header_of, padded

FOLDER = {"weights.safetensors": None, "config/settings.json": b'{"layers": 2}', "config/vocab.txt": b"a\nb\n"}


def exported(api: Client, model: str = "arrival-delay", number: int = 1, query: str = "") -> bytes:
    """The bundle of a version, as it streams out."""
    answer = api.get(f"/api/v1/models/{model}/versions/{number}/bundle/{query}")
    assert answer.status_code == 200, answer.content
    body = b"".join(answer)  # type: ignore[arg-type]  # a streaming answer
    assert len(body) == int(answer.headers["Content-Length"])
    return body


def members(bundle: bytes) -> dict[str, bytes]:
    """What any tar program reads out of it."""
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]


def packed(parts: list[tuple[str, bytes]]) -> bytes:
    """An archive of these members, in the portal's form."""
    return b"".join(header_of(name, len(content)) + padded(content) for name, content in parts) + END


def keys_of(api: Client, folder: Path) -> Path:
    """The public keys of the portal as a file."""
    target = folder / "keys.pem"
    target.write_bytes(api.get("/api/v1/bundle-keys/").content)
    return target


def sent(api: Client, bundle: bytes, model: str = "copy", **headers: Any) -> Any:
    """The answer to importing a bundle."""
    return api.post(
        f"/api/v1/models/{model}/bundles/", bundle, content_type="application/octet-stream", headers=headers or None
    )
