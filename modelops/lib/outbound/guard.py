"""A way out for clients that follow redirects and resolve names by themselves, as those of object stores do.

Such a client is given a proxy: a listener at this process's loopback that lets each through to one host and port only.
A redirect to anywhere else is refused, whatever address it names; the host is resolved here, every address is checked,
and the connection goes to a checked one, so that a second, different DNS answer has nothing to change.
"""

import base64
import binascii
import contextlib
import hmac
import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .addresses import (
    Address,
    Receiver,
    ReceiverRefused,
    ReceiverUnreachable,
    check_host,
    is_allowed_private,
    parse_url,
    resolve,
)
from .relay import HeadRefused, RequestHead, read_head, relay
from .transport import CONNECT_TIMEOUT_S, Deadline, connect

MAX_CONNECTIONS = 256
_USER = "gate"


@dataclass(eq=False)
class Gate:
    """A proxy that leads to one host and port. The token proves the right to it, so no other local process can."""

    receiver: Receiver
    allow_private: bool
    refused: int = 0
    reason: str = ""
    _token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _listener: socket.socket | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def proxy_url(self) -> str:
        """What the client takes as its proxy; listens from the first use on. It holds the token: never show it."""
        with self._lock:
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
                threading.Thread(
                    target=self._listen, args=(self._listener,), name="outbound-guard", daemon=True
                ).start()
            return f"http://{_USER}:{self._token}@127.0.0.1:{self._listener.getsockname()[1]}"

    def addresses(self) -> list[Address]:
        """The host's addresses now, each checked. Raises ReceiverRefused or ReceiverUnreachable."""
        found = resolve(self.receiver.host, allow_private=self.allow_private)
        if self.receiver.scheme != "https" and not all(is_allowed_private(one) for one in found):
            raise ReceiverRefused("Plain http is spoken to private addresses only.", field="url")
        return found

    def close(self) -> None:
        """Listen no longer."""
        if self._listener is not None:
            self._listener.close()

    def _listen(self, listener: socket.socket) -> None:
        while listener.fileno() != -1:
            try:
                client, _ = listener.accept()
            except OSError:
                time.sleep(0.05)  # no file descriptor is free: others may give theirs back
                continue
            if _free.acquire(blocking=False):
                threading.Thread(target=self._serve, args=(client,), name="outbound-guard-1", daemon=True).start()
            else:
                client.close()

    def _serve(self, client: socket.socket) -> None:
        """One connection of a client: a tunnel, or one request."""
        try:
            with client, contextlib.suppress(OSError):
                try:
                    head = read_head(client)
                    upstream = self._let_through(head)
                except HeadRefused as refused:
                    client.sendall(refused.answer)
                    return
                with upstream:
                    relay(client, upstream, head)
        finally:
            _free.release()

    def _let_through(self, head: RequestHead) -> socket.socket:
        """A connection to a checked address. Raises HeadRefused."""
        is_proven = hmac.compare_digest(_credentials(head), f"{_USER}:{self._token}".encode())
        if not self._is_meant(head):
            # Clients leave the proof out when they follow a redirect to plain http; the caller is told either way.
            self._refuse("sent the portal on to another host, which it does not follow")
            raise HeadRefused(403, "Forbidden") if is_proven else HeadRefused(407, "Proxy Authentication Required")
        if not is_proven:
            raise HeadRefused(407, "Proxy Authentication Required")
        try:
            return connect(self.addresses(), self.receiver.port, Deadline(CONNECT_TIMEOUT_S))
        except ReceiverRefused:
            self._refuse("stands for an address that the portal may not call")
            raise HeadRefused(403, "Forbidden") from None
        except ReceiverUnreachable:
            raise HeadRefused(502, "Bad Gateway") from None

    def _is_meant(self, head: RequestHead) -> bool:
        """Whether the request is for this gate's own host and port."""
        with contextlib.suppress(ValueError, ReceiverRefused):
            parts = urlsplit(f"//{head.authority}")
            port = parts.port or (443 if head.scheme == "https" else 80)
            found = (head.scheme, check_host(parts.hostname or ""), port)
            is_plain = parts.netloc == head.authority and "@" not in head.authority
            return is_plain and found == (self.receiver.scheme, self.receiver.host, self.receiver.port)
        return False

    def _refuse(self, reason: str) -> None:
        """Remember why nothing was let through, for whoever has to explain the client's error."""
        with self._lock:
            self.reason = reason
            self.refused += 1


_lock = threading.Lock()
_gates: dict[tuple[Receiver, bool], Gate] = {}
_free = threading.BoundedSemaphore(MAX_CONNECTIONS)


def gate_to(url: str, *, allow_private: bool) -> Gate:
    """The gate to the host and port of ``url``, one for each in a process. Raises ReceiverRefused."""
    found = parse_url(url)
    receiver = Receiver(found.scheme, found.host, found.port, "/")
    with _lock:
        return _gates.setdefault((receiver, allow_private), Gate(receiver, allow_private))


def _forget() -> None:
    """A forked process has none of the parent's threads: it gets gates and tokens of its own."""
    global _lock, _free
    _lock, _free = threading.Lock(), threading.BoundedSemaphore(MAX_CONNECTIONS)
    for gate in _gates.values():
        gate.close()
    _gates.clear()


os.register_at_fork(after_in_child=_forget)


def _credentials(head: RequestHead) -> bytes:
    """What the client proves itself with, or nothing."""
    kind, _, encoded = head.header("proxy-authorization").partition(" ")
    try:
        return base64.b64decode(encoded, validate=True) if kind.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""
