"""Uploads and downloads over a real connection, through the real web server."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.scans import scans_done

from .samples import make_model, safetensors

if TYPE_CHECKING:
    from tests.live import LivePortal

pytestmark = pytest.mark.live
Stored = Callable[[], list[Path]]
ADDRESS = "models/arrival-delay/versions/"
CONTENT = safetensors(bytes(range(256)) * 80_000)


@pytest.fixture
def pipeline(live_portal: "LivePortal") -> Iterator[httpx.Client]:
    """The running portal as a data scientist's program, with a model in it."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import make_user

    user = make_user("scientist", "Data scientist")
    make_model(user)
    _, secret = issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=f"{live_portal.url}/api/v1/", headers=headers, timeout=60, trust_env=False) as client:
        yield client


def upload(pipeline: httpx.Client, content: bytes = CONTENT) -> httpx.Response:
    return pipeline.post(ADDRESS, files={"file": ("m.safetensors", content)})


def _beginning(pipeline: httpx.Client) -> bytes:
    """The beginning of an upload that announces all of CONTENT."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="m"\r\n\r\n'
    return (
        b"POST /api/v1/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n"
        % (ADDRESS.encode(), pipeline.headers["Authorization"].encode(), len(CONTENT))
    ) + head


def _wait(done: Callable[[], bool], patience_s: float = 20) -> bool:
    """Whether ``done`` came true in time."""
    deadline = time.monotonic() + patience_s
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
    return done()


def test_a_file_goes_in_and_comes_out(pipeline: httpx.Client, stored: Stored) -> None:
    answer = upload(pipeline)
    assert answer.status_code == 201, answer.text
    assert len(stored()) == 1
    scans_done()
    assert pipeline.get(f"{ADDRESS}1/artifact/").content == CONTENT


def test_a_connection_that_breaks_leaves_nothing(pipeline: httpx.Client, live_portal: Any, stored: Stored) -> None:
    from registry.models import ModelVersion

    address = urlsplit(live_portal.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(_beginning(pipeline) + CONTENT[:3_000_000])
        assert _wait(lambda: bool(stored()))
        # The server has taken the connection's beginning in, and it lies sealed.
        assert [path.parent.name for path in stored()] == ["incoming"]
    assert _wait(lambda: not stored())
    assert not ModelVersion.objects.exists()
    assert upload(pipeline).status_code == 201
    scans_done()


def test_a_server_that_is_killed_leaves_only_what_the_sweeper_takes(
    pipeline: httpx.Client, live_portal: Any, stored: Stored
) -> None:
    from registry.artifacts.sweep import sweep
    from registry.models import Artifact, ModelVersion

    assert upload(pipeline).status_code == 201
    scans_done()
    address = urlsplit(live_portal.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(_beginning(pipeline) + CONTENT[:3_000_000])
        assert _wait(lambda: len(stored()) == 2)
        live_portal.kill("web")
    live_portal.start("web")
    assert len(stored()) == 2
    assert sweep(quiet_for_s=0).unfinished == 1
    assert [path.name for path in stored()] == [Artifact.objects.get().storage_name]
    assert ModelVersion.objects.count() == 1
    scans_done()
    assert pipeline.get(f"{ADDRESS}1/artifact/").content == CONTENT


def test_a_damaged_download_does_not_look_complete(pipeline: httpx.Client, stored: Stored) -> None:
    assert upload(pipeline).status_code == 201
    scans_done()
    (path,) = stored()
    sealed = bytearray(path.read_bytes())
    sealed[96 + 5 * 1_048_592] ^= 1
    path.write_bytes(sealed)
    received = b""
    with (
        pytest.raises(httpx.RemoteProtocolError),
        pipeline.stream("GET", f"{ADDRESS}1/artifact/") as answer,
    ):
        assert answer.status_code == 200
        for piece in answer.iter_raw():
            received += piece
    assert received == CONTENT[: len(received)]
    assert len(received) <= 5 * 1_048_576
    assert _wait(lambda: _ends() == [("integrity_failed", False)])


def _ends() -> list[tuple[str, bool]]:
    """What became of each download, by the ledger."""
    from compliance.audit.models import AuditEvent

    events = AuditEvent.objects.filter(name="registry.artifact.downloaded").order_by("id")
    return [(event.details["result"], event.details["verified"]) for event in events]


def test_a_damaged_download_does_not_look_complete_over_http_2(pipeline: httpx.Client, stored: Stored) -> None:
    """S0-36: the stream is reset; where curl has no HTTP/2 it is asked over HTTP/1.1, and must fail as well."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    assert upload(pipeline).status_code == 201
    scans_done()
    curl = ["curl", "-sS", "-o", "-", "-H", f"Authorization: {pipeline.headers['Authorization']}"]
    if b"HTTP2" in subprocess.run(["curl", "--version"], capture_output=True, check=True).stdout:
        curl.append("--http2-prior-knowledge")
    curl.append(f"{pipeline.base_url}{ADDRESS}1/artifact/")
    sound = subprocess.run(curl, capture_output=True, check=False, timeout=60)
    assert (sound.returncode, sound.stdout == CONTENT) == (0, True), sound.stderr
    (path,) = stored()
    sealed = bytearray(path.read_bytes())
    sealed[96 + 5 * 1_048_592] ^= 1
    path.write_bytes(sealed)
    damaged = subprocess.run(curl, capture_output=True, check=False, timeout=60)
    assert damaged.returncode != 0
    assert CONTENT.startswith(damaged.stdout)
    assert len(damaged.stdout) <= 5 * 1_048_576
    assert _wait(lambda: _ends() == [("verified", True), ("integrity_failed", False)])


def test_a_download_that_was_cut_is_resumed(pipeline: httpx.Client) -> None:
    """S0-02, S1-23: the ledger has the cut and the rest."""
    assert upload(pipeline).status_code == 201
    scans_done()
    received = b""
    with pipeline.stream("GET", f"{ADDRESS}1/artifact/") as answer:
        etag = answer.headers["ETag"]
        for piece in answer.iter_raw():
            received += piece
            if len(received) > 3_000_000:
                break
    assert _wait(lambda: _ends() == [("aborted", False)])
    rest = pipeline.get(f"{ADDRESS}1/artifact/", headers={"Range": f"bytes={len(received)}-", "If-Range": etag})
    assert rest.status_code == 206
    assert received + rest.content == CONTENT
    assert _wait(lambda: _ends()[1:] == [("verified_segments", True)])


def test_a_body_over_the_limit_is_answered_before_it_is_sent(live_portal: Any, pipeline: httpx.Client) -> None:
    """S4-107."""
    address = urlsplit(live_portal.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.settimeout(20)
        connection.sendall(
            b"POST /api/v1/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n"
            % (ADDRESS.encode(), pipeline.headers["Authorization"].encode(), 10**12)
        )
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            while b"}" not in answer:
                answer += connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"request.too_large" in answer
