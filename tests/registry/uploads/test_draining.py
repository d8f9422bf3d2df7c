"""What is done with the rest of a body that a view did not read, without a server around it."""

import io
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from modelops.rest import draining

LENGTH = 1 << 20


def answer(body: Any, read: int = 0, **environ: str) -> None:
    """One request whose view reads so many bytes of the body."""

    def view(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        assert len(environ["wsgi.input"].read(read) if read else b"") == read
        return [b"no"]

    said = {"wsgi.input": body, "CONTENT_LENGTH": str(LENGTH), "SERVER_PROTOCOL": "HTTP/1.1", **environ}
    answered = draining.draining(view)(said, lambda *_: None)
    assert list(answered) == [b"no"]
    if (close := getattr(answered, "close", None)) is not None:
        close()


@pytest.mark.parametrize("read", [0, 1, LENGTH])
@pytest.mark.parametrize("said", [{}, {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_body_is_taken_in_after_the_answer(read: int, said: dict[str, str]) -> None:
    body = io.BytesIO(bytes(LENGTH))
    answer(body, read, **said)
    assert body.tell() == LENGTH


@pytest.mark.parametrize("said", [{"HTTP_EXPECT": "100-continue"}, {"SERVER_PROTOCOL": "HTTP/2"}])
def test_a_body_that_need_not_come_is_not_asked_for(said: dict[str, str]) -> None:
    body = io.BytesIO(bytes(LENGTH))
    answer(body, **said)
    assert body.tell() == 0


def test_no_more_than_the_bounds_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-107: bytes, and time."""
    monkeypatch.setattr(draining, "MOST_BYTES", 100_000)
    body = io.BytesIO(bytes(LENGTH))
    answer(body)
    assert 100_000 <= body.tell() < 200_000
    monkeypatch.setattr(draining, "MOST_S", 0.0)
    body = io.BytesIO(bytes(LENGTH))
    answer(body)
    assert body.tell() == 0


def test_a_sender_that_stops_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-107: its read is never over, the answer is."""
    monkeypatch.setattr(draining, "QUIET_S", 0.05)
    goes_on = threading.Event()

    class Stuck(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            goes_on.wait()
            return b""

    for _ in range(draining.AT_ONCE + 1):
        answer(Stuck())
    goes_on.set()
