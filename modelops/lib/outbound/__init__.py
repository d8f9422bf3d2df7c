"""Requests to receivers that users name: nothing private is reached, nothing hangs, nothing is followed.

The host is resolved once, every address must be public, and the connection goes to that very address while the name
stays in the Host header and in the TLS handshake: a second, different DNS answer has nothing to change.
"""

from .addresses import (
    MAIL_PORTS,
    Receiver,
    ReceiverRefused,
    ReceiverUnreachable,
    check_host,
    check_port,
    is_allowed_private,
    is_public,
    parse_url,
    resolve,
)
from .fetching import DOCUMENT_LIMIT, fetch, status_of
from .guard import Gate, gate_to
from .transport import CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S, Answer, Deadline, connect, post, tls_context

__all__ = [
    "CONNECT_TIMEOUT_S",
    "DOCUMENT_LIMIT",
    "MAIL_PORTS",
    "TOTAL_TIMEOUT_S",
    "Answer",
    "Deadline",
    "Gate",
    "Receiver",
    "ReceiverRefused",
    "ReceiverUnreachable",
    "check_host",
    "check_port",
    "connect",
    "fetch",
    "gate_to",
    "is_allowed_private",
    "is_public",
    "parse_url",
    "post",
    "resolve",
    "status_of",
    "tls_context",
]
