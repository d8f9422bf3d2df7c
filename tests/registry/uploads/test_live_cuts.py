"""Uploads over real connections that break, to servers that die: what has arrived stays, and nothing else does."""

import contextlib
import hashlib
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.live import LivePortal
from tests.registry.samples import make_model, safetensors

from .sending import digest_header

pytestmark = pytest.mark.live
Stored = Callable[[], list[Path]]
VERSIONS = "models/arrival-delay/versions/"
CONTENT = safetensors(bytes(range(256)) * 40_000)  # 10 MB
PIECE = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def pipeline(live_portal: Any) -> Iterator[httpx.Client]:
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


def begin(pipeline: httpx.Client) -> str:
    """The path of a new upload for CONTENT, with its digest."""
    headers = {"Upload-Length": str(len(CONTENT)), "Repr-Digest": digest_header(CONTENT)}
    answer = pipeline.post("uploads/", json={"file_name": "m.safetensors"}, headers=headers)
    assert answer.status_code == 201, answer.text
    return f"uploads/{answer.json()['id']}/"


def offset(pipeline: httpx.Client, path: str) -> int:
    return int(pipeline.head(path).headers["Upload-Offset"])


def cut(pipeline: httpx.Client, url: str, path: str, method: str, headers: dict[str, str], body: bytes) -> None:
    """Send the beginning of a request and break the connection."""
    address = urlsplit(url)
    lines = [f"{method} /api/v1/{path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Authorization: {pipeline.headers['Authorization']}", "", ""]
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        time.sleep(0.3)
        # A reset, as from a machine that lost its network.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def wait(done: Callable[[], bool], patience_s: float = 20) -> bool:
    deadline = time.monotonic() + patience_s
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
    return done()


def in_temporary_folders() -> set[str]:
    return {str(path) for path in Path(tempfile.gettempdir()).glob("*") if path.name.endswith((".upload", ".sealed"))}


def test_a_cut_at_60_percent_is_resumed_by_another_server(
    live_portal: LivePortal, pipeline: httpx.Client, stored: Stored, tmp_path: Path
) -> None:
    """S1-07, S1-38: the connection breaks, the server is killed, another goes on; the digest is the client's."""
    path = begin(pipeline)
    at = len(CONTENT) * 6 // 10
    before = in_temporary_folders()
    headers = {**PIECE, "Upload-Offset": "0", "Content-Length": str(len(CONTENT))}
    cut(pipeline, live_portal.url, path, "PATCH", headers, CONTENT[:at])
    assert wait(lambda: offset(pipeline, path) > 0)
    have = offset(pipeline, path)
    assert at - 1_000_000 < have <= at
    assert [name for name in stored() if name.parent.name == "incoming"] == []
    live_portal.kill("web")
    other = LivePortal(live_portal.env, tmp_path)
    other.start("web")
    try:
        with httpx.Client(
            base_url=f"{other.url}/api/v1/", headers=pipeline.headers, timeout=60, trust_env=False
        ) as second:
            assert offset(second, path) == have
            # One byte: a server that refuses before it has read a long body may close before its answer is read.
            late = second.patch(path, content=CONTENT[:1], headers={**PIECE, "Upload-Offset": "0"})
            assert late.json()["code"] == "upload.offset_mismatch"
            answer = second.patch(path, content=CONTENT[have:], headers={**PIECE, "Upload-Offset": str(have)})
            assert answer.status_code == 204, answer.text
            made = second.post(VERSIONS, json={"upload": path.split("/")[1]})
            assert made.status_code == 201, made.text
            assert made.json()["digest"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    finally:
        other.stop_all()
    assert len(stored()) == 1
    assert in_temporary_folders() == before


def test_a_chunked_body_is_taken_and_its_cut_is_seen(
    live_portal: LivePortal, pipeline: httpx.Client, stored: Stored
) -> None:
    """S1-38: without a Content-Length too, half a file is no file."""
    pieces = (CONTENT[start : start + 100_000] for start in range(0, len(CONTENT), 100_000))
    answer = pipeline.post(VERSIONS, content=pieces, headers={**PIECE, "Content-Digest": digest_header(CONTENT)})
    assert answer.status_code == 201, answer.text
    assert answer.json()["size"] == len(CONTENT)
    left = stored()
    headers = {**PIECE, "Transfer-Encoding": "chunked"}
    half = CONTENT[:3_000_000]
    cut(pipeline, live_portal.url, VERSIONS, "POST", headers, b"%x\r\n%s\r\n" % (len(half), half))
    assert wait(lambda: stored() == left)
    time.sleep(0.3)
    assert stored() == left
    assert pipeline.get(VERSIONS).json()["results"][0]["version"] == 1


def test_a_bare_file_that_is_cut_leaves_nothing(
    live_portal: LivePortal, pipeline: httpx.Client, stored: Stored
) -> None:
    """S1-38."""
    headers = {**PIECE, "Content-Length": str(len(CONTENT))}
    cut(pipeline, live_portal.url, VERSIONS, "POST", headers, CONTENT[:3_000_000])
    assert wait(lambda: not stored())
    assert pipeline.get(VERSIONS).json()["results"] == []


def test_heads_that_are_too_large_or_smuggle_are_refused(live_portal: LivePortal, pipeline: httpx.Client) -> None:
    """Two lengths, a length and chunks, a huge header: none of them reaches an upload."""
    path = begin(pipeline)
    address = urlsplit(live_portal.url)
    for odd in (
        "Content-Length: 3\r\nContent-Length: 5",
        "Content-Length: -1",
        "Content-Length: abc",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        f"Content-Length: 3\r\nX-Huge: {'x' * 2_000_000}",
    ):
        text = (
            f"PATCH /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: 0\r\n"
            f"Authorization: {pipeline.headers['Authorization']}\r\n"
            f"Content-Type: application/octet-stream\r\n{odd}\r\n\r\n"
        )
        answer = b""
        with (
            contextlib.suppress(ConnectionError, TimeoutError),
            socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as connection,
        ):
            connection.sendall(text.encode() + b"3\r\nabc\r\n0\r\n\r\n")
            answer = connection.recv(200)
        assert not answer or answer.split()[1] in {b"400", b"431", b"204"}, odd
        assert offset(pipeline, path) in {0, 3}
    assert live_portal.answers()
