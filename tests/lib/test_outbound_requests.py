"""One request to a receiver: pinned address, no redirect, no proxy, one deadline for everything."""

import socket
import time
from collections.abc import Iterator

import pytest

from modelops.lib import outbound
from tests.monitoring.alerts.receivers import Receiver, http_receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as running:
        yield running


def post(url: str, **changes: object) -> outbound.Answer:
    return outbound.post(url, content=b"{}", headers={"X-Mark": "1"}, **{"allow_private": True, **changes})


def test_the_answer_of_the_receiver_is_returned(receiver: Receiver) -> None:
    receiver.code, receiver.answer, receiver.headers = 429, b"slow\x1b down", {"Retry-After": "7"}
    answer = post(receiver.url)
    assert (answer.code, answer.excerpt, answer.headers["retry-after"]) == (429, "slow  down", "7")
    assert receiver.requests[0].headers["x-mark"] == "1"
    assert receiver.requests[0].headers["host"] == f"127.0.0.1:{receiver.port}"


def test_loopback_is_not_called_without_the_permission(receiver: Receiver) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(outbound.ReceiverRefused):
            post(f"http://{host}:{receiver.port}/", allow_private=False)
    assert receiver.requests == []
    assert post(f"http://localhost:{receiver.port}/").code == 200


def test_the_connection_goes_to_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
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
    assert post(f"http://rebinding.example:{receiver.port}/x").code == 200
    assert asked == ["rebinding.example"]
    assert receiver.requests[0].headers["host"] == f"rebinding.example:{receiver.port}"


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    with http_receiver() as inner:
        for code in (301, 302, 303, 307, 308):
            receiver.code, receiver.headers = code, {"Location": inner.url}
            assert post(receiver.url).code == code
        assert inner.requests == []


def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_receiver() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert post(receiver.url).code == 200
        assert proxy.requests == []


def test_only_a_kibibyte_of_the_answer_is_kept(receiver: Receiver) -> None:
    receiver.answer = b"a" * 5_000_000
    assert post(receiver.url).excerpt == "a" * 1024


@pytest.mark.parametrize("fault", ["hang_s", "drip_s"])
def test_a_receiver_that_hangs_or_drips_ends_at_the_deadline(receiver: Receiver, fault: str) -> None:
    setattr(receiver, fault, 20.0)
    began = time.monotonic()
    with pytest.raises(outbound.ReceiverUnreachable):
        post(receiver.url, total_timeout_s=0.6)
    assert 0.3 < time.monotonic() - began < 3


def test_a_closed_port_and_a_broken_answer_are_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(outbound.ReceiverUnreachable, match="not made"):
        post(f"http://127.0.0.1:{port}/")


def test_plain_http_where_tls_is_expected_is_unreachable(receiver: Receiver) -> None:
    with pytest.raises(outbound.ReceiverUnreachable):
        post(f"https://127.0.0.1:{receiver.port}/", total_timeout_s=2)
