"""Receivers: a syslog server, a stream to one of HTTP, and what one that heeds numbers keeps of what it is sent."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

from compliance.audit.streaming.models import Receiver
from compliance.audit.streaming.services import add_receiver
from tests.audit.exporting.kit import OFFICER
from tests.receivers import HttpReceiver


class SyslogServer:
    """Takes counted messages over TCP; closes its side once the sender has."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.messages: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = str(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Refuse connections from now on."""
        if self._listener.fileno() != -1:
            # A listener that a thread waits at would go on listening if it were only closed.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._thread.join(timeout=10)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(ssl.SSLError, ConnectionError):
                secured = client if self._tls is None else self._tls.wrap_socket(client, server_side=True)
                with secured, secured.makefile("rb") as stream:
                    self.messages += self._read(stream)

    def _read(self, stream: Any) -> Iterable[bytes]:
        while length := self._length(stream):
            yield stream.read(length)

    def _length(self, stream: Any) -> int:
        digits = b""
        while (letter := stream.read(1)) and letter != b" ":
            digits += letter
        return int(digits) if digits else 0


def documents(messages: Iterable[bytes]) -> list[dict[str, Any]]:
    """The JSON that syslog messages carry."""
    return [json.loads(message.partition(b"\xef\xbb\xbf")[2]) for message in messages]


def once(rows: Iterable[dict[str, Any]]) -> list[int]:
    """The numbers of the rows as a receiver keeps them that passes over what it has."""
    kept: list[int] = []
    for row in rows:
        if row["index"] not in kept:
            kept.append(row["index"])
    return kept


def to_http(receiver: HttpReceiver, **more: Any) -> Receiver:
    """A stream to the receiver, with a token, in batches of 20."""
    url = f"http://127.0.0.1:{receiver.port}/rows"
    return add_receiver("siem", "http", {"url": url, "token": "t-123"}, batch_rows=20, actor=OFFICER, **more)


def rows_of(receiver: HttpReceiver) -> list[dict[str, Any]]:
    """The rows of all requests, taken or not."""
    return [json.loads(line) for request in receiver.requests for line in request.body.splitlines()]
