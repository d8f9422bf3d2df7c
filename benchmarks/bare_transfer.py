"""The limit of `transfer`: a WSGI application that takes a body in and hashes it, or hashes one that it sends."""

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import Any

_PIECE = 1 << 20
_READ = 256 * 1024


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterator[bytes] | list[bytes]:
    """POST: hash the body, as the query says: "sha256,sha512". GET: send, and hash, as many MiB as the query says."""
    if environ["REQUEST_METHOD"] == "POST":
        digests = [hashlib.new(name) for name in environ["QUERY_STRING"].split(",")]
        left = int(environ["CONTENT_LENGTH"])
        body = environ["wsgi.input"]
        while left > 0 and (piece := body.read(min(_READ, left))):
            for digest in digests:
                digest.update(piece)
            left -= len(piece)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [digest.hexdigest().encode() for digest in digests]
    mib = int(environ["QUERY_STRING"] or 0)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(mib * _PIECE))])
    return _sent(mib)


def _sent(mib: int) -> Iterator[bytes]:
    digest, piece = hashlib.sha256(), os.urandom(_PIECE)
    for _ in range(mib):
        digest.update(piece)
        yield bytes(memoryview(piece))  # a piece of its own, as whoever decrypts one has
