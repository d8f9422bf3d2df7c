"""A storage endpoint that turns hostile cannot send the portal anywhere: only its own host and port are reached."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from modelops.lib.outbound import ReceiverRefused, gate_to
from modelops.lib.outbound.buckets import way_out
from registry.locations.objects import RETRIES, TIMEOUT_S
from registry.locations.store import ArtifactStore, StorageUnavailable, StoredFile
from tests.wire.fixtures import Place, Servers, new_place
from tests.wire.test_store_contract import new_name, put

from .hostile import CONTENT, CREDENTIALS, Endpoint, certificate_for_this_machine

SIZE = 64 << 20


@pytest.fixture
def internal() -> Iterator[Endpoint]:
    """What only this machine should reach."""
    with Endpoint().running() as server:
        yield server


@pytest.fixture
def hostile(internal: Endpoint) -> Iterator[Endpoint]:
    with Endpoint(f"http://{internal.address}/secrets").running() as server:
        yield server


def store_at(kind: str, endpoint: str) -> ArtifactStore:
    options: dict[str, dict[str, Any]] = {
        "s3": {"bucket": "acme-models", "region": "us-east-1"},
        "azure": {"container": "models", "account": "acme"},
        "gcs": {"bucket": "acme-models"},
    }
    store: ArtifactStore = Place(kind, {**options[kind], "endpoint": endpoint}, CREDENTIALS[kind]).store()
    return store


ACTS: dict[str, Callable[[ArtifactStore], Any]] = {
    "head": lambda store: store.size(new_name()),
    "get": lambda store: store.first_bytes(StoredFile(new_name(), 0, is_pending=False, size=9), 5),
    "list": lambda store: list(store.walk()),
    "probe": lambda store: store.probe(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("kind", ["s3", "azure", "gcs"])
def test_a_redirect_reaches_nothing(kind: str, act: str, hostile: Endpoint, internal: Endpoint) -> None:
    """S0-14: also where private addresses are allowed, as they are here, only the endpoint itself is."""
    store = store_at(kind, f"http://{hostile.address}")
    with pytest.raises(StorageUnavailable, match="another host, which it does not follow") as refused:
        ACTS[act](store)
    assert hostile.asked
    assert internal.connections == 0
    assert not any(secret in str(refused.value) for secret in ("not-to-be-shown", "gate:", internal.address))
    assert all(headers["Proxy-Authorization"] is None for headers in hostile.headers)


@pytest.mark.parametrize(
    "location",
    ["https://INTERNAL/secrets", "//INTERNAL/", "http://user:pass@INTERNAL/", "http://localhost:PORT/",
     "http://169.254.169.254/latest/meta-data/", "https://metadata.google.internal/"],
)  # fmt: skip
def test_no_spelling_of_a_redirect_helps(location: str, hostile: Endpoint, internal: Endpoint) -> None:
    hostile.location = location.replace("INTERNAL", internal.address).replace("PORT", str(internal.port))
    with pytest.raises(StorageUnavailable, match="another host"):
        store_at("s3", f"http://{hostile.address}").size(new_name())
    assert internal.connections == 0


def test_a_tunnel_leads_to_the_endpoint_and_nowhere_else(tmp_path: Path, internal: Endpoint) -> None:
    """The same over TLS, whose content the guard does not see."""
    certificate = certificate_for_this_machine(tmp_path)
    with Endpoint(certificate=certificate).running() as server:
        url = f"https://localhost:{server.port}"
        gate = gate_to(url, allow_private=True)
        client: Any = {**way_out(gate, TIMEOUT_S), "allow_http": True, "root_certificate": certificate.read_bytes()}
        bucket = S3Store(
            "acme-models",
            endpoint=url,
            region="us-east-1",
            access_key_id="test",
            secret_access_key="test",
            client_options=client,
            retry_config=RETRIES,
        )
        assert obstore.get(bucket, "file").bytes().to_bytes() == CONTENT
        for scheme in ("http", "https"):
            server.location = f"{scheme}://{internal.address}/secrets"
            before = gate.refused
            with pytest.raises(obstore.exceptions.BaseError):
                obstore.get(bucket, "file")
            assert gate.refused > before
    assert internal.connections == 0


def ask(proxy_url: str, first_line: str, header: str = "") -> int:
    """The status of a request to the guard."""
    port = int(proxy_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{first_line}\r\n{header}\r\n".encode())
        return int(client.recv(100).split(b" ")[1])


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET http://INTERNAL/ HTTP/1.1", 407), ("CONNECT INTERNAL HTTP/1.1", 407),
        ("GET / HTTP/1.1", 400), ("GET http://INTERNAL/", 400), ("nonsense", 400),
    ],
)  # fmt: skip
def test_nobody_else_gets_through_the_guard(line: str, status: int, internal: Endpoint) -> None:
    """Other programs of the machine do not know the token, which is made anew in every process."""
    url = gate_to(f"http://{internal.address}", allow_private=True).proxy_url
    line = line.replace("INTERNAL", internal.address)
    for header in ("", "Proxy-Authorization: Basic Z2F0ZTp4\r\n", "Proxy-Authorization: Basic ?\r\n"):
        assert ask(url, line, header) == status
    assert internal.connections == 0


def test_one_connection_carries_one_request(internal: Endpoint) -> None:
    """What follows the body that was announced is not passed on, wherever it wants to go."""
    import base64

    url = gate_to(f"http://{internal.address}", allow_private=True).proxy_url
    proof = base64.b64encode(url.split("//")[1].split("@")[0].encode()).decode()
    request = f"GET http://{internal.address}/PATH HTTP/1.1\r\nProxy-Authorization: Basic {proof}\r\n"
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=10) as client:
        client.sendall(f"{request}\r\n{request}\r\n".replace("PATH", "first").encode())
        while client.recv(4096):
            pass
    assert internal.asked == ["GET /first"]


def test_a_name_that_changes_its_address_is_refused(monkeypatch: pytest.MonkeyPatch, internal: Endpoint) -> None:
    """The address that is checked is the one that is called: no second answer of the resolver comes between."""
    answers = ["93.184.215.14"]
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(
        "modelops.lib.outbound.addresses.socket.getaddrinfo", lambda *_, **__: [(*row, (one, 0)) for one in answers]
    )
    gate = gate_to(f"https://files.example:{internal.port}", allow_private=False)
    assert [str(one) for one in gate.addresses()] == answers
    answers[:] = ["127.0.0.1"]
    store = S3Store(
        "acme-models",
        endpoint=f"https://files.example:{internal.port}",
        region="us-east-1",
        access_key_id="test",
        secret_access_key="test",
        client_options=way_out(gate, TIMEOUT_S),  # type: ignore[arg-type]
        retry_config=RETRIES,
    )
    with pytest.raises(obstore.exceptions.BaseError):
        obstore.head(store, "file")
    assert "may not call" in gate.reason
    answers[:] = ["93.184.215.14"]
    with pytest.raises(ReceiverRefused):  # and plain http never leaves the private network
        gate_to("http://files.example", allow_private=True).addresses()
    assert internal.connections == 0


def test_a_forked_worker_has_a_guard_of_its_own(internal: Endpoint) -> None:
    url = f"http://{internal.address}"
    parents = gate_to(url, allow_private=True).proxy_url
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        own = gate_to(url, allow_private=True).proxy_url
        os.write(writer, f"{own} {ask(own, f'GET {url}/ HTTP/1.1')}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        own, status = pipe.read().split()
    os.waitpid(child, 0)
    assert status == "407"
    assert own.rsplit(":", 1)[1] != parents.rsplit(":", 1)[1]
    assert own.split("@")[0] != parents.split("@")[0]


def test_a_large_file_passes_at_constant_memory(wire_servers: Servers, tmp_path: Path) -> None:
    store, name = new_place("s3", wire_servers, tmp_path).store(), new_name()
    piece = os.urandom(1 << 20)
    put(store, name, piece * (SIZE >> 20))
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    with store.open(name) as file:
        while data := file.read(1 << 20):
            assert data == piece
    assert resident("VmHWM") - before < SIZE // 2


def resident(field: str) -> int:
    """Bytes of memory that this process holds, or held at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) << 10
