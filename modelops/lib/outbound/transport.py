"""One request to a checked address: the connection goes to that address, and all of it ends at one deadline."""

import contextlib
import functools
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import certifi
import httpcore

from .addresses import Address, ReceiverUnreachable, parse_url, resolve

CONNECT_TIMEOUT_S = 5.0
TOTAL_TIMEOUT_S = 10.0
ANSWER_LIMIT = 1024
MAX_ADDRESSES_TRIED = 3


@dataclass(frozen=True)
class Answer:
    """What the receiver said: status code, the first kibibyte of its body, its headers in lower case."""

    code: int
    excerpt: str
    headers: Mapping[str, str]


class Deadline:
    """A moment that all steps of one request share."""

    def __init__(self, seconds: float) -> None:
        self.total_s = seconds
        self._ends = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds left, never more than ``at_most``; raises ReceiverUnreachable when none are."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise ReceiverUnreachable(f"No complete answer within {self.total_s:g} seconds.")
        return left if at_most is None else min(left, at_most)


def connect(addresses: Iterable[Address], port: int, deadline: Deadline) -> socket.socket:
    """A TCP connection to the first of the checked addresses that takes it."""
    reason = "no address"
    for address in list(addresses)[:MAX_ADDRESSES_TRIED]:
        try:
            return socket.create_connection((str(address), port), timeout=deadline.left(CONNECT_TIMEOUT_S))
        except OSError as error:
            reason = "timed out" if isinstance(error, TimeoutError) else (error.strerror or "failed")
    raise ReceiverUnreachable(f"The connection was not made: {reason.lower()}.")


class _PinnedStream(httpcore.NetworkStream):
    """A stream whose every read and write ends with the request's deadline: a dripping receiver cannot hold it."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _PinnedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the checked addresses whatever host the pool asks for."""

    def __init__(self, addresses: list[Address], deadline: Deadline) -> None:
        self._addresses = addresses[:MAX_ADDRESSES_TRIED]
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        plain = httpcore.SyncBackend()
        for number, address in enumerate(self._addresses, start=1):
            try:
                stream = plain.connect_tcp(str(address), port, self._deadline.left(CONNECT_TIMEOUT_S))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(self._addresses):
                    raise
            else:
                return _PinnedStream(stream, self._deadline)
        raise httpcore.ConnectError("no address")


def post(
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    allow_private: bool,
    total_timeout_s: float = TOTAL_TIMEOUT_S,
) -> Answer:
    """Send one POST to a receiver that a user named; redirects are answers, proxies of the environment are not used.

    Raises ReceiverRefused for an address that may not be called, ReceiverUnreachable when no answer came.
    """
    receiver = parse_url(url)
    deadline = Deadline(total_timeout_s)
    addresses = resolve(receiver.host, allow_private=allow_private, timeout_s=deadline.left(CONNECT_TIMEOUT_S))
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), total_timeout_s)
    sent = {"Host": receiver.authority, "Content-Length": str(len(content)), "Connection": "close", **headers}
    backend = _PinnedBackend(addresses, deadline)
    with _readable_failures(), httpcore.ConnectionPool(ssl_context=tls_context(), network_backend=backend) as pool:
        target = httpcore.URL(scheme=receiver.scheme, host=receiver.host, port=receiver.port, target=receiver.target)
        extensions = {"timeout": timeouts}
        with pool.stream("POST", target, headers=list(sent.items()), content=content, extensions=extensions) as got:
            return Answer(
                code=got.status,
                excerpt=_excerpt(got.iter_stream()),
                headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in got.headers},
            )


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities; certifi's stand in where the system has none."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    return context


def _excerpt(chunks: Iterable[bytes]) -> str:
    """The first kibibyte as printable text; the rest is not read."""
    kept = b""
    for chunk in chunks:
        kept += chunk
        if len(kept) >= ANSWER_LIMIT:
            break
    text = kept[:ANSWER_LIMIT].decode("utf-8", errors="replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


@contextlib.contextmanager
def _readable_failures() -> Iterator[None]:
    """Turn the transport's exceptions into one sentence for the delivery log."""
    try:
        yield
    except httpcore.ConnectTimeout:
        raise ReceiverUnreachable(f"The connection was not made within {CONNECT_TIMEOUT_S:g} seconds.") from None
    except httpcore.TimeoutException:
        raise ReceiverUnreachable("The receiver took the connection and then did not answer in time.") from None
    except httpcore.ConnectError as error:
        cause = "its certificate was not accepted" if "CERTIFICATE" in str(error).upper() else str(error)
        raise ReceiverUnreachable(f"The connection was not made: {cause}.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise ReceiverUnreachable(f"The connection broke before an answer was complete: {error}.") from None
