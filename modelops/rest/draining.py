"""Bodies that nobody wanted: answered at once, then taken in and thrown away for a while.

A server that closes a connection on which bytes still arrive makes the other side's system throw the answer away: a
client that sends a long file and only then reads sees a broken connection, and not why it was refused. So what is left
of a body is read after the answer, within bounds; beyond them the connection is closed as it would have been before.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# A file of 64 MiB with the form around it.
MOST_BYTES = 80 << 20
MOST_S = 10.0
# A sender that stops is not waited for; one that goes on may pause.
QUIET_S = 3.0
# Each takes up one of the few threads that answer, because the server closes the connection when that one has ended.
# Senders for whom there is no room are closed on.
AT_ONCE = 2
# A read waits until this much is there.
_READ_BYTES = 16 << 10

_free = threading.BoundedSemaphore(AT_ONCE)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def draining(application: Application) -> Application:
    """``application`` for a WSGI server, with the rest of each refused body taken in after its answer."""

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _may_have_rest(environ):
            return application(environ, start_response)
        body = environ["wsgi.input"] = _Body(environ)
        return _Answer(application(environ, start_response), body)

    return run


def _may_have_rest(environ: dict[str, Any]) -> bool:
    if environ.get("SERVER_PROTOCOL", "").startswith("HTTP/2"):
        return False  # a stream is ended without its connection
    return environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


class _Body:
    """The body of a request, which knows whether it was read to its end."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._source = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH", "")
        self._left: int | None = int(length) if length.isascii() and length.isdigit() else None
        # Who asks first sends nothing before it is told to, and the first read would tell it.
        self._is_held_back = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        self._is_over = False
        self._forgotten = 0

    def read(self, size: int | None = None) -> bytes:
        self._is_held_back = False
        data: bytes = self._source.read() if size is None or size < 0 else self._source.read(size)
        self._took(data, is_all=size is None or size < 0 or len(data) < size)
        return data

    def readline(self, size: int | None = None) -> bytes:
        self._is_held_back = False
        data: bytes = self._source.readline() if size is None else self._source.readline(size)
        self._took(data, is_all=not data)
        return data

    def readlines(self, hint: int | None = None) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    @property
    def has_rest(self) -> bool:
        """Whether bytes are still to come."""
        return not (self._is_over or self._is_held_back)

    def drain(self) -> None:
        """Read and forget what is left, within the bounds.

        A read cannot be broken off, so a thread of its own reads; the server ends it with the connection.
        """
        reader = threading.Thread(target=self._forget, args=(time.monotonic() + MOST_S,), name="drain", daemon=True)
        reader.start()
        seen = -1
        while reader.is_alive() and self._forgotten > seen:
            seen = self._forgotten
            reader.join(QUIET_S)

    def _forget(self, until: float) -> None:
        while self.has_rest and self._forgotten < MOST_BYTES and time.monotonic() < until:
            self._forgotten += len(self.read(_READ_BYTES))

    def _took(self, data: bytes, *, is_all: bool) -> None:
        if self._left is not None:
            self._left -= len(data)
        self._is_over = is_all or self._left == 0


class _Answer:
    """An answer that takes in the rest of the body once it is given."""

    def __init__(self, answer: Iterable[bytes], body: _Body) -> None:
        self._answer = answer
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """End the answer, which is on its way as a whole, and take in the rest."""
        if (close := getattr(self._answer, "close", None)) is not None:
            close()
        if self._body.has_rest and _free.acquire(blocking=False):
            try:
                self._body.drain()
            finally:
                _free.release()
