"""What the guard reads of a request, and how bytes pass it: at constant memory, in both directions at once."""

import contextlib
import socket
import threading
from dataclasses import dataclass

from .addresses import ReceiverUnreachable
from .transport import Deadline

HEAD_LIMIT = 32 << 10
HEAD_TIMEOUT_S = 10.0
# Longer than any request may take and than clients keep an idle connection.
IDLE_TIMEOUT_S = 180.0
BUFFER_BYTES = 256 << 10
_END = b"\r\n\r\n"
# Between a client and its proxy; the proxy's credentials among them must not reach the server.
_HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"}
)


class HeadRefused(Exception):
    """The request is not let through; ``answer`` is what the client is told."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = f"HTTP/1.1 {status} {words}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@dataclass(frozen=True)
class RequestHead:
    """A request to a proxy: the tunnel that CONNECT asks for, or one request for an absolute http address.

    ``target`` is the path with its query, empty for a tunnel; ``rest`` is what came after the head already.
    """

    method: str
    scheme: str
    authority: str
    target: str
    headers: tuple[tuple[str, str], ...]
    rest: bytes

    @property
    def is_tunnel(self) -> bool:
        return self.method == "CONNECT"

    @property
    def body_bytes(self) -> int:
        return int(self.header("content-length") or 0)

    def header(self, name: str) -> str:
        """The header's value, or nothing."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    def forwarded(self) -> bytes:
        """The head as the server gets it: one request, after which it closes."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in _HOP_BY_HOP]
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in kept)]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def read_head(client: socket.socket) -> RequestHead:
    """The head of the next request. Raises HeadRefused for anything unusual."""
    deadline = Deadline(HEAD_TIMEOUT_S)
    data = bytearray()
    while (end := data.find(_END)) < 0:
        if len(data) > HEAD_LIMIT:
            raise HeadRefused(431, "Request Header Fields Too Large")
        try:
            client.settimeout(deadline.left())
            piece = client.recv(HEAD_LIMIT)
        except (TimeoutError, ReceiverUnreachable):
            raise HeadRefused(408, "Request Timeout") from None
        if not piece:
            raise HeadRefused(400, "Bad Request")
        data += piece
    return _parsed(data[:end].decode("latin-1"), bytes(data[end + len(_END) :]))


def _parsed(text: str, rest: bytes) -> RequestHead:
    first, *lines = text.split("\r\n")
    words = first.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    is_sound = (
        len(words) == 3
        and words[2] == "HTTP/1.1"
        and words[0].isalpha()
        and all(word.isascii() and word.isprintable() for word in words)
        and all(name and name.isascii() and name.isprintable() and " " not in name for name, _ in headers)
        and not any(mark in value for _, value in headers for mark in "\r\n\0")
        and len(lengths) <= 1
        and all(length.isascii() and length.isdigit() for length in lengths)
    )
    if not is_sound:
        raise HeadRefused(400, "Bad Request")
    if any(name.lower() in {"transfer-encoding", "upgrade"} for name, _ in headers):
        raise HeadRefused(501, "Not Implemented")
    method, address, _ = words
    if method == "CONNECT":
        return RequestHead(method, "https", address, "", headers, rest)
    authority, slash, path = address.removeprefix("http://").partition("/")
    if not address.startswith("http://") or not slash:
        raise HeadRefused(400, "Bad Request")
    return RequestHead(method, "http", authority, f"/{path}", headers, rest)


def relay(client: socket.socket, upstream: socket.socket, head: RequestHead) -> None:
    """Pass bytes until one side is done: all of them in a tunnel, else one request and its answer."""
    for one in (client, upstream):
        one.settimeout(IDLE_TIMEOUT_S)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if head.is_tunnel:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        left, first = None, head.rest
    else:
        # What follows the announced body could be a request for another place: it is not passed on.
        left, first = head.body_bytes, head.rest[: head.body_bytes]
        left -= len(first)
        first = head.forwarded() + first
    upstream.sendall(first)

    def up() -> None:
        with contextlib.suppress(OSError):
            _pipe(client, upstream, left)
        _end(client, upstream)

    sender = threading.Thread(target=up, name="outbound-guard-up", daemon=True)
    sender.start()
    with contextlib.suppress(OSError):
        if not head.is_tunnel:
            client.sendall(_answer_head(upstream))
        _pipe(upstream, client, None)
    _end(client, upstream)
    sender.join()


def _answer_head(upstream: socket.socket) -> bytes:
    """The beginning of the answer, with the news that the connection ends after it.

    Clients keep connections to their proxy for requests to any place: the next one must come on a new connection.
    """
    data = bytearray()
    while (end := data.find(_END)) < 0:
        piece = upstream.recv(HEAD_LIMIT)
        if not piece or len(data) > 2 * HEAD_LIMIT:
            raise OSError("The server's answer has no end of its head.")
        data += piece
    lines = bytes(data[:end]).split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].decode("latin-1").lower() not in _HOP_BY_HOP]
    return b"\r\n".join([*kept, b"Connection: close", b"", bytes(data[end + len(_END) :])])


def _pipe(source: socket.socket, sink: socket.socket, left: int | None) -> None:
    """Everything that comes, or ``left`` bytes; then wait for the source to close, and take nothing more from it."""
    buffer = memoryview(bytearray(BUFFER_BYTES))
    while left is None or left > 0:
        count = source.recv_into(buffer, len(buffer) if left is None else min(len(buffer), left))
        if not count:
            return
        sink.sendall(buffer[:count])
        if left is not None:
            left -= count
    source.recv(1)


def _end(*both: socket.socket) -> None:
    for one in both:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
