"""Local receivers that behave well or badly on purpose; every request that arrives is kept."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What the server answers next, and what it got."""

    port: int
    code: int = 200
    answer: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    hang_s: float = 0.0
    drip_s: float = 0.0
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        if receiver.hang_s and receiver.closing.wait(receiver.hang_s):
            return
        with contextlib.suppress(OSError):
            if receiver.drip_s:
                self._drip(receiver)
                return
            self.send_response(receiver.code)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

    def _drip(self, receiver: Receiver) -> None:
        """One byte of the head at a time: each read succeeds and the answer never ends."""
        ends = time.monotonic() + receiver.drip_s
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while time.monotonic() < ends and not receiver.closing.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()

    def log_message(self, *args: object) -> None:
        """Silent."""


@contextlib.contextmanager
def http_receiver() -> Iterator[Receiver]:
    """A receiver on a free loopback port, closed at the end without waiting for hanging requests."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
