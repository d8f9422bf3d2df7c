"""Buckets on running servers. A conftest that wants them imports the fixtures by name."""

import base64
import hashlib
import hmac
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest

from .servers import (
    AZURE_ACCOUNT,
    AZURE_KEY,
    MISSING_AZURITE,
    WireServer,
    azure_server,
    azurite,
    gcs_server,
    s3_server,
)

KINDS = ("filesystem", "s3", "azure", "gcs")


@dataclass
class Place:
    """Where a store can be made: its kind, what a location says of it, and the server behind it."""

    kind: str
    options: dict[str, Any]
    credentials: dict[str, str] = field(default_factory=dict)
    server: WireServer | None = None

    def store(self) -> Any:
        """A store of this place."""
        from registry.locations import choose  # noqa: F401  registers every kind
        from registry.locations.store import stores

        store = stores.get(self.kind)(self.options, self.credentials)
        if self.kind == "filesystem":
            store.prepare()
        return store


class Servers:
    """One server of each kind for the whole run, started when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, WireServer] = {}

    def get(self, kind: str) -> WireServer:
        if kind == "azure" and azurite() is None:
            pytest.skip(MISSING_AZURITE)
        if kind not in self.running:
            make = {"s3": s3_server, "azure": azure_server, "gcs": gcs_server}[kind]
            self.running[kind] = make(self.folder / kind)
        self.running[kind].start()
        return self.running[kind]

    def stop(self) -> None:
        for server in self.running.values():
            server.stop()


@pytest.fixture(scope="session")
def wire_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers; each is started once."""
    servers = Servers(tmp_path_factory.mktemp("wire"))
    yield servers
    servers.stop()


def new_place(kind: str, servers: Servers, folder: Path) -> Place:
    """An empty folder, bucket or container."""
    name = f"models-{uuid.uuid4().hex[:12]}"
    if kind == "filesystem":
        return Place(kind, {"folder": str(folder / name)})
    server = servers.get(kind)
    if kind == "s3":
        httpx.put(f"{server.url}/{name}", trust_env=False).raise_for_status()
        options = {"bucket": name, "region": "us-east-1", "endpoint": server.url, "prefix": "sealed/files"}
        return Place(kind, options, {"access_key_id": "test", "secret_access_key": os.urandom(8).hex()}, server)
    if kind == "azure":
        endpoint = f"{server.url}/{AZURE_ACCOUNT}"
        _make_container(endpoint, name)
        options = {"container": name, "account": AZURE_ACCOUNT, "endpoint": endpoint, "prefix": "sealed/files"}
        return Place(kind, options, {"account_key": AZURE_KEY}, server)
    body = {"name": name}
    httpx.post(f"{server.url}/storage/v1/b?project=modelops", json=body, trust_env=False).raise_for_status()
    return Place(kind, {"bucket": name, "endpoint": server.url, "prefix": "sealed"}, {"type": "anonymous"}, server)


def _make_container(endpoint: str, name: str) -> None:
    """Obstore makes no containers, so this one request is signed here (Shared Key, as Azure documents it)."""
    date = formatdate(usegmt=True)
    headers = f"x-ms-date:{date}\nx-ms-version:2021-08-06\n"
    resource = f"/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}/{name}\nrestype:container"
    text = "PUT" + "\n" * 12 + headers + resource
    signature = base64.b64encode(hmac.digest(base64.b64decode(AZURE_KEY), text.encode(), hashlib.sha256)).decode()
    httpx.put(
        f"{endpoint}/{name}?restype=container",
        headers={
            "x-ms-date": date, "x-ms-version": "2021-08-06", "Content-Length": "0",
            "Authorization": f"SharedKey {AZURE_ACCOUNT}:{signature}",
        },
        trust_env=False,
    ).raise_for_status()  # fmt: skip
