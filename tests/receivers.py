"""A real SMTP server and a real HTTP receiver on this machine."""

import logging
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


class _Controller(Controller):
    """Takes port 0: the system chooses, and the first caller is sent to what it chose."""

    def _trigger_server(self) -> None:
        self.port = int(self.server.sockets[0].getsockname()[1])
        super()._trigger_server()


class Mailbox:
    """Takes every message that its SMTP server is given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse_with: str | None = None
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    # aiosmtpd calls its handler by this name.
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the message, or answer with the refusal that a test asked for."""
        if self.refuse_with:
            return self.refuse_with
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"

    @property
    def host(self) -> str:
        """Address that the server listens at."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """Port that the system chose."""
        return int(self._controller.server.sockets[0].getsockname()[1])

    def start(self) -> None:
        """Begin to listen."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    def wait_for(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        """The messages, as soon as there are ``count``."""
        _wait(lambda: len(self.messages) >= count, seconds, f"{count} messages; {len(self.messages)} came")
        return self.messages


@dataclass(frozen=True)
class Received:
    """One HTTP request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """Records requests, and answers with what a test tells it: ``status``, ``delay_s``, ``body``, ``headers``.

    ``statuses`` are used up first, one a request: [500, 429] fails twice and then goes on with ``status``.
    """

    status: int = 200
    delay_s: float = 0.0
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)

    def start(self) -> None:
        """Begin to listen on a port that the system chooses."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                sent = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(length)
                if len(body) < length:  # the sender was killed between head and body: no request came
                    self.close_connection = True
                    return
                receiver.requests.append(Received(self.command, self.path, sent, body))
                if receiver.delay_s:
                    time.sleep(receiver.delay_s)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            do_GET = do_POST = do_PUT = _take  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A caller that gave up waiting is part of some tests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Port that the system chose."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Address without a closing slash."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, count: int, seconds: float = 20) -> list[Received]:
        """The requests, as soon as there are ``count``."""
        _wait(lambda: len(self.requests) >= count, seconds, f"{count} requests; {len(self.requests)} came")
        return self.requests


def _wait(condition: Any, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)
