"""Answers that carry a decrypted file: whole or in part, resumable, each with its digest."""

import base64
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from compliance.audit import Actor
from modelops.rest.problems import problem_response

from . import services
from .byte_ranges import ByteRange, RangeNotSatisfiable, requested_range
from .denials import denials_recorded
from .grants.gate import require_opening
from .models import Artifact, DatasetVersion, ModelVersion
from .sealed_client.handing_out import asks_for_sealed, sealed_response
from .signing.services import signature_headers


def download_response(
    request: Any, version: ModelVersion | DatasetVersion, *, actor: Actor, artifact: Artifact | None = None
) -> HttpResponseBase:
    """The answer to GET, HEAD or POST for the file of ``version``, or for another file that belongs to it.

    The length is announced first. A damaged segment raises in the middle of the body: the server then closes the
    connection before the announced end, and no client takes the rest for a whole file. HEAD gives nothing away, so it
    leaves no row in the ledger.
    """
    with denials_recorded(version, actor=actor):
        require_opening(request, version)
    artifact = artifact or version.artifact
    services.check_download(version, artifact, actor=actor)
    if asks_for_sealed(request):
        return sealed_response(request, version, artifact, actor=actor)
    headers = _headers(artifact)
    if request.method != "POST":
        conditional = get_conditional_response(request, etag=headers["ETag"])
        if conditional is not None and conditional.status_code == 412:
            return problem_response(
                412, "precondition.failed", f"The file has the ETag {headers['ETag']}; another one was asked for."
            )
        if conditional is not None:
            return _with(conditional, {"ETag": headers["ETag"], "Cache-Control": headers["Cache-Control"]})
    try:
        part = _part(request, headers["ETag"], artifact.size)
    except RangeNotSatisfiable:
        refusal = problem_response(
            416, "range.not_satisfiable", f"The file has {artifact.size} bytes; ask for a part that begins before that."
        )
        return _with(refusal, {"Content-Range": f"bytes */{artifact.size}", "Accept-Ranges": "bytes"})
    if part is not None:
        headers["Content-Range"] = part.content_range(artifact.size)
        headers["Content-Length"] = str(part.stop - part.start)
    else:
        headers["Content-Digest"] = headers["Repr-Digest"]
    status = 206 if part else 200
    if request.method == "HEAD":
        return _with(HttpResponse(status=status, content_type="application/octet-stream"), headers)
    if isinstance(version, ModelVersion):
        headers.update(signature_headers(version, artifact, actor=actor))
    delivery = services.begin_download(version, artifact, part=part, actor=actor)
    response = StreamingHttpResponse(iter(delivery), status=status, content_type="application/octet-stream")
    # Also when the answer is dropped before its first piece is asked for.
    response._resource_closers.append(delivery.close)  # type: ignore[attr-defined]  # the way Django closes files
    return _with(response, headers)


def _part(request: Any, etag: str, size: int) -> ByteRange | None:
    wanted = request.headers.get("Range", "")
    # Ranges are defined for GET; a HEAD tells what a GET without one would give.
    if request.method != "GET" or not wanted:
        return None
    # A resumed download of another file would be glued together from two: any other validator means "send it all".
    if request.headers.get("If-Range", etag).strip() != etag:
        return None
    return requested_range(wanted, size)


def _headers(artifact: Artifact) -> dict[str, str]:
    digests = {"sha-256": artifact.sha256, "sha-512": artifact.sha512}
    encoded = {
        name: base64.b64encode(bytes.fromhex(digits)).decode("ascii") for name, digits in digests.items() if digits
    }
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Content-Disposition": content_disposition_header(True, artifact.file_name) or "attachment",
        "Content-Length": str(artifact.size),
        "Digest": ",".join(f"{name}={value}" for name, value in encoded.items()),  # RFC 3230, for older clients
        "ETag": f'"{artifact.sha256}"',
        "Repr-Digest": ", ".join(f"{name}=:{value}:" for name, value in encoded.items()),  # RFC 9530
        "X-Content-Type-Options": "nosniff",
    }


def _with(response: HttpResponseBase, headers: dict[str, str]) -> HttpResponseBase:
    for name, value in headers.items():
        response.headers[name] = value
    return response
