"""A syslog server, and what a receiver that heeds numbers keeps of what it is sent."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any


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
