"""A request's body as a stream of bytes, for bodies that are a file (or a piece of one) and nothing else."""

from collections.abc import Iterator
from typing import Any

from django.http import UnreadablePostError

from modelops.lib.errors import Invalid, TooLarge

_READ_BYTES = 1024 * 1024


def announced_length(request: Any) -> int | None:
    """The announced bytes of the body; None for a chunked one. Raises Invalid for a length that is no number."""
    meta = request.META
    if _is_chunked(meta):
        return None
    text = meta.get("CONTENT_LENGTH") or "0"
    if not (text.isascii() and text.isdigit()):
        raise Invalid("The Content-Length is no number of bytes. Send the body's length.", code="request.malformed")
    return int(text)


def body_pieces(request: Any, limit: int) -> Iterator[bytes]:
    """The body as it arrives. Raises TooLarge beyond ``limit`` bytes and Invalid when it ends early.

    A chunked body has no announced length; it is counted while it streams.
    """
    request = getattr(request, "_request", request)  # REST framework wraps Django's request.
    announced = announced_length(request)
    if announced is not None and announced > limit:
        raise too_large(limit)
    source = request.META["wsgi.input"] if announced is None else request
    received = 0
    while True:
        try:
            piece = source.read(_READ_BYTES)
        except (UnreadablePostError, OSError):
            raise truncated(received) from None
        if not piece:
            break
        received += len(piece)
        if received > limit:
            raise too_large(limit)
        yield piece
    if announced is not None and received < announced:
        raise truncated(received)


def truncated(received: int) -> Invalid:
    """The connection broke, or the sender stopped."""
    return Invalid(
        f"The body ended after {received:,} bytes, before the announced end. Send the rest.", code="request.truncated"
    )


def too_large(limit: int) -> TooLarge:
    """The refusal of more bytes than are allowed."""
    return TooLarge(
        f"The file is larger than the {limit:,} bytes that are allowed here. "
        "Send a smaller file, or ask an administrator to raise MODELOPS_MAX_ARTIFACT_BYTES.",
        code="request.too_large",
        field="file",
    )


def _is_chunked(meta: Any) -> bool:
    return "chunked" in meta.get("HTTP_TRANSFER_ENCODING", "").lower() and bool(meta.get("wsgi.input_terminated"))
