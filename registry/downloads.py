"""Answers that carry a decrypted file."""

import base64
from typing import BinaryIO

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from .artifacts.access import pieces
from .models import Artifact


def file_response(artifact: Artifact, file: BinaryIO) -> StreamingHttpResponse:
    """The plaintext in pieces of 1 MiB, decrypted while it is sent.

    The length is announced first. A damaged segment raises in the middle of the body: the server then closes the
    connection before the announced end, and no client takes the rest for a whole file.
    """
    digest = base64.b64encode(bytes.fromhex(artifact.sha256)).decode("ascii")
    response = StreamingHttpResponse(pieces(file), content_type="application/octet-stream")
    # Also when the answer is dropped before its first piece is asked for.
    response._resource_closers.append(file.close)
    response.headers["Content-Length"] = str(artifact.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, artifact.file_name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    response.headers["Digest"] = f"sha-256={digest}"  # RFC 3230, which older clients know
    return response
