"""One request to a receiver: pinned address, no redirect, no proxy, one deadline for everything."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from modelops.lib import outbound
from tests.receivers import HttpReceiver


@pytest.fixture
def second_receiver() -> Iterator[HttpReceiver]:
    """Where a redirect or a proxy setting would lead to."""
    receiver = HttpReceiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def dripping_port() -> Iterator[int]:
    """A receiver that answers one byte at a time: each read succeeds and the answer never ends."""
    closing = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        caller, _ = server.accept()
        with caller, contextlib.suppress(OSError):
            caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not closing.wait(0.05):
                caller.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    closing.set()
    server.close()
    thread.join(5)


def post(url: str, **changes: object) -> outbound.Answer:
    return outbound.post(url, content=b"{}", headers={"X-Mark": "1"}, **{"allow_private": True, **changes})


def test_the_answer_of_the_receiver_is_returned(http_receiver: HttpReceiver) -> None:
    http_receiver.status, http_receiver.body, http_receiver.headers = 429, b"slow\x1b down", {"Retry-After": "7"}
    answer = post(http_receiver.url)
    assert (answer.code, answer.excerpt, answer.headers["retry-after"]) == (429, "slow  down", "7")
    assert http_receiver.requests[0].headers["x-mark"] == "1"
    assert http_receiver.requests[0].headers["host"] == f"127.0.0.1:{http_receiver.port}"


def test_loopback_is_not_called_without_the_permission(http_receiver: HttpReceiver) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(outbound.ReceiverRefused):
            post(f"http://{host}:{http_receiver.port}/", allow_private=False)
    assert http_receiver.requests == []
    assert post(f"http://localhost:{http_receiver.port}/").code == 200


def test_the_connection_goes_to_the_address_that_was_checked(
    http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that answers differently the second time has nothing to change."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, *args: object, **options: object) -> list[tuple]:
        if host != "rebinding.example":
            return real(host, *args, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    assert post(f"http://rebinding.example:{http_receiver.port}/x").code == 200
    assert asked == ["rebinding.example"]
    assert http_receiver.requests[0].headers["host"] == f"rebinding.example:{http_receiver.port}"


def test_a_redirect_is_an_answer_and_not_followed(http_receiver: HttpReceiver, second_receiver: HttpReceiver) -> None:
    for code in (301, 302, 303, 307, 308):
        http_receiver.status, http_receiver.headers = code, {"Location": second_receiver.url}
        assert post(http_receiver.url).code == code
    assert second_receiver.requests == []


def test_proxies_of_the_environment_are_not_used(
    http_receiver: HttpReceiver, second_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, second_receiver.url)
    assert post(http_receiver.url).code == 200
    assert second_receiver.requests == []


def test_only_a_kibibyte_of_the_answer_is_kept(http_receiver: HttpReceiver) -> None:
    http_receiver.body = b"a" * 5_000_000
    assert post(http_receiver.url).excerpt == "a" * 1024


def test_a_receiver_that_hangs_ends_at_the_deadline(http_receiver: HttpReceiver) -> None:
    http_receiver.delay_s = 1.5
    _ends_at_deadline(http_receiver.url)


def test_a_receiver_that_drips_ends_at_the_deadline(dripping_port: int) -> None:
    _ends_at_deadline(f"http://127.0.0.1:{dripping_port}/")


def _ends_at_deadline(url: str) -> None:
    began = time.monotonic()
    with pytest.raises(outbound.ReceiverUnreachable):
        post(url, total_timeout_s=0.6)
    assert 0.3 < time.monotonic() - began < 1.4


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(outbound.ReceiverUnreachable, match="not made"):
        post(f"http://127.0.0.1:{port}/")


def test_plain_http_where_tls_is_expected_is_unreachable(http_receiver: HttpReceiver) -> None:
    with pytest.raises(outbound.ReceiverUnreachable):
        post(f"https://127.0.0.1:{http_receiver.port}/", total_timeout_s=2)
