"""Requests that are refused before their body is read: whoever sends 64 MiB sees why, and nobody holds the server."""

import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx
import pytest
import requests
import urllib3

from modelops.rest import draining
from tests.live import LivePortal
from tests.registry.samples import make_model

from .sending import PIECE

pytestmark = pytest.mark.live
BODY = bytes(64 << 20)
# What may lie in the buffers of both sides and of the system between them.
BUFFERS = 24 << 20
Client = Callable[[str, str, dict[str, str]], tuple[int, bytes]]


@pytest.fixture
def key(live_portal: LivePortal) -> str:
    """An API key of a data scientist with a model."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import make_user

    user = make_user("scientist", "Data scientist")
    make_model(user)
    return issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))[1]


def with_requests(method: str, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    answer = requests.request(method, url, headers=headers, data=BODY, timeout=60)
    return answer.status_code, answer.content


def with_urllib3(method: str, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    with urllib3.PoolManager() as pool:
        answer = pool.request(method, url, headers=headers, body=BODY, retries=False, timeout=60)
        return answer.status, answer.data


def with_httpx(method: str, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    answer = httpx.request(method, url, headers=headers, content=BODY, timeout=60, trust_env=False)
    return answer.status_code, answer.content


def with_curl(method: str, url: str, headers: dict[str, str], *more: str) -> tuple[int, bytes]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    named = [text for name, value in headers.items() for text in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(len(BODY))
        command = ["curl", "-sS", "--max-time", "60", "-X", method, "-w", "\n%{http_code}", *named, *more]
        done = subprocess.run([*command, "--data-binary", f"@{file.name}", url], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), body


def with_curl_at_once(method: str, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    return with_curl(method, url, headers, "-H", "Expect:")


@pytest.mark.parametrize("client", [with_requests, with_urllib3, with_httpx, with_curl, with_curl_at_once])
def test_a_refusal_reaches_whoever_sends_a_long_body(live_portal: LivePortal, key: str, client: Client) -> None:
    """S1-38, S4-107: 401 without a key, 409 at another offset, 413 for a document; each with its code."""
    api, known = f"{live_portal.url}/api/v1", {"Authorization": f"Bearer {key}"}
    begun = httpx.post(f"{api}/uploads/", headers=known, json={"file_name": "m"}, trust_env=False)
    assert begun.status_code == 201, begun.text
    upload = f"{api}/uploads/{begun.json()['id']}/"
    document = {"Content-Type": "application/json"}
    for method, url, headers, wanted in (
        ("POST", f"{api}/models/arrival-delay/versions/", {"Content-Type": PIECE}, (401, "auth.required")),
        ("PATCH", upload, {**known, "Content-Type": PIECE, "Upload-Offset": "7"}, (409, "upload.offset_mismatch")),
        ("POST", f"{api}/models/", {**known, **document}, (413, "request.too_large")),
    ):
        status, body = client(method, url, headers)
        assert (status, json.loads(body)["code"]) == wanted


def head(path: str, length: int, *more: str) -> bytes:
    lines = [f"POST /api/v1/{path} HTTP/1.1", "Host: localhost", f"Content-Type: {PIECE}", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *more, "", ""]).encode()


@pytest.fixture
def connect(live_portal: LivePortal) -> Iterator[Callable[[], socket.socket]]:
    """Opens connections to the portal."""
    address = urlsplit(live_portal.url)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            socket.create_connection((address.hostname or "", address.port or 0), timeout=60)
        )


def answer_on(connection: socket.socket) -> bytes:
    """One whole answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or pytest.fail(f"closed after {received!r}")
    beginning, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in beginning.splitlines() if line.lower().startswith(b"content-le"))
    while len(body) < length:
        body += connection.recv(65536) or pytest.fail("closed within the answer")
    return received


def test_a_connection_lives_on_when_the_refused_body_is_over(connect: Callable[[], socket.socket]) -> None:
    """The answer comes before the body, and the next request is answered as well."""
    connection = connect()
    connection.sendall(head("models/", len(BODY)))
    assert answer_on(connection).startswith(b"HTTP/1.1 401")
    connection.sendall(BODY)
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer_on(connection).startswith(b"HTTP/1.1 200")


def test_who_asks_before_sending_is_not_told_to_send(connect: Callable[[], socket.socket]) -> None:
    """RFC 9110, 10.1.1: the final answer instead of 100 Continue."""
    connection = connect()
    connection.sendall(head("models/", len(BODY), "Expect: 100-continue"))
    assert answer_on(connection).startswith(b"HTTP/1.1 401")
    with suppress(ConnectionError):
        assert connection.recv(100) == b""


def test_a_body_beyond_the_bound_is_cut_off(connect: Callable[[], socket.socket]) -> None:
    """S4-107: what is thrown away is bounded."""
    connection = connect()
    connection.sendall(head("models/", 1 << 30))
    assert answer_on(connection).startswith(b"HTTP/1.1 401")
    sent = 0
    with suppress(ConnectionError):
        while sent <= draining.MOST_BYTES + BUFFERS:
            sent += connection.send(BODY[: 1 << 20])
    assert len(BODY) < sent <= draining.MOST_BYTES + BUFFERS


def test_senders_that_stop_hold_no_thread_that_answers(
    live_portal: LivePortal, connect: Callable[[], socket.socket]
) -> None:
    """S4-107: four threads answer; more senders than are waited for at a time leave them free."""
    stuck = [connect() for _ in range(draining.AT_ONCE + 4)]
    for connection in stuck:
        connection.sendall(head("models/", len(BODY)) + b"x")
        assert answer_on(connection).startswith(b"HTTP/1.1 401")
    assert live_portal.answers()
