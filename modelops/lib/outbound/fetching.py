"""One GET from an address that a user named, of a small document or of its status alone, bounded in bytes and time."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpcore

from .addresses import ReceiverUnreachable, parse_url, resolve
from .transport import (
    CONNECT_TIMEOUT_S,
    TOTAL_TIMEOUT_S,
    Deadline,
    _PinnedBackend,
    _readable_failures,
    tls_context,
)

DOCUMENT_LIMIT = 256 << 10


def fetch(
    url: str, *, allow_private: bool, limit: int = DOCUMENT_LIMIT, total_timeout_s: float = TOTAL_TIMEOUT_S
) -> bytes:
    """The body of a 200 answer of at most ``limit`` bytes; redirects are not followed.

    Raises ReceiverRefused for an address that may not be called, ReceiverUnreachable for any other answer or none.
    """
    with _answer(url, allow_private=allow_private, total_timeout_s=total_timeout_s) as got:
        if got.status != 200:
            raise ReceiverUnreachable(f"The answer was {got.status}, not 200.")
        body = bytearray()
        for piece in got.iter_stream():
            body += piece
            if len(body) > limit:
                raise ReceiverUnreachable(f"The answer is longer than {limit} bytes.")
        return bytes(body)


def status_of(url: str, *, allow_private: bool, total_timeout_s: float = TOTAL_TIMEOUT_S) -> int:
    """The status of the answer to a caller without any credential; nothing of its body is read. Raises as `fetch`."""
    with _answer(url, allow_private=allow_private, total_timeout_s=total_timeout_s) as got:
        return int(got.status)


@contextmanager
def _answer(url: str, *, allow_private: bool, total_timeout_s: float) -> Iterator[httpcore.Response]:
    """The answer, its body not read yet."""
    receiver = parse_url(url)
    deadline = Deadline(total_timeout_s)
    addresses = resolve(receiver.host, allow_private=allow_private, timeout_s=deadline.left(CONNECT_TIMEOUT_S))
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), total_timeout_s)
    sent = {"Host": receiver.authority, "Accept": "application/json", "Connection": "close"}
    backend = _PinnedBackend(addresses, deadline)
    target = httpcore.URL(scheme=receiver.scheme, host=receiver.host, port=receiver.port, target=receiver.target)
    with (
        _readable_failures(),
        httpcore.ConnectionPool(ssl_context=tls_context(), network_backend=backend) as pool,
        pool.stream("GET", target, headers=list(sent.items()), extensions={"timeout": timeouts}) as got,
    ):
        yield got
