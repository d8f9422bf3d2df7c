"""A file on its way out, sealed for a key that the client sent with its request."""

import base64
import re
import secrets
import uuid
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from compliance.audit import Actor
from modelops.crypto.key_transport import PUBLIC_BYTES, wrap_for
from modelops.crypto.stream import SealingWriter
from modelops.lib.errors import Conflict, Invalid
from registry import services
from registry.byte_ranges import ByteRange
from registry.models import Artifact, DatasetVersion, ModelVersion
from registry.services.delivery import Delivery
from registry.signing.services import signature_headers

from .travelling import FOR_HEADER, FROM_HEADER, KEY_HEADER, SEALED, context_on_the_way, decoded, sealed_length

# No key of the ring wraps the data key of a file that goes out.
_NO_RING_KEY = 0


def asks_for_sealed(request: Any) -> bool:
    """Whether the answer may hold no plaintext."""
    return FOR_HEADER in request.headers


def refuse_sealed_archive(request: Any) -> None:
    """Raise Conflict when a zip is asked for in sealed form: nothing in clear may go to who asks for that."""
    if asks_for_sealed(request):
        raise Conflict(
            "An archive is not given out sealed. Ask for each file of the version by itself (files/).",
            code="sealed_download.no_archive",
        )


def sealed_response(
    request: Any, version: ModelVersion | DatasetVersion, artifact: Artifact, *, actor: Actor
) -> HttpResponseBase:
    """The file of ``version``, sealed anew under a key that is wrapped for the client's public key.

    Who may have it was asked before. With X-Seal-From the file is given from that byte on, for a download that was cut.
    Raises Invalid for a public key or a place that cannot be used.
    """
    public = decoded(request.headers[FOR_HEADER], PUBLIC_BYTES, FOR_HEADER, "sealed_download.bad_key")
    part = _rest(request.headers.get(FROM_HEADER, ""), artifact.size)
    file_id, data_key = uuid.uuid4(), secrets.token_bytes(32)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": content_disposition_header(True, f"{artifact.file_name}.sealed") or "attachment",
        "Content-Length": str(sealed_length(part.stop - part.start if part else artifact.size)),
        "X-Content-Type-Options": "nosniff",
        "X-Opened-Length": str(artifact.size),
        "X-Opened-Sha256": artifact.sha256,
        KEY_HEADER: base64.b64encode(wrap_for(public, data_key, file_id)).decode("ascii"),
    }
    response: HttpResponseBase
    if request.method == "HEAD":
        del headers[KEY_HEADER]
        response = HttpResponse(content_type=SEALED)
    else:
        if isinstance(version, ModelVersion):
            headers.update(signature_headers(version, artifact, actor=actor))
        delivery = services.begin_download(version, artifact, part=part, goes_sealed=True, actor=actor)
        response = StreamingHttpResponse(_sealed(delivery, data_key, file_id), content_type=SEALED)
        # Also when the answer is dropped before its first piece is asked for.
        response._resource_closers.append(delivery.close)  # type: ignore[attr-defined]  # the way Django closes files
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _sealed(delivery: Delivery, data_key: bytes, file_id: uuid.UUID) -> Iterator[bytes]:
    """What a delivery gives, sealed; whatever makes that fail ends this before its announced end as well."""
    tray = _Tray()
    writer = SealingWriter(
        cast(BinaryIO, tray),  # the writer only ever calls write()
        data_key=data_key,
        data_key_id=file_id,
        key_version=_NO_RING_KEY,
        context=context_on_the_way(file_id),
        digests=(),
    )
    for piece in delivery:
        writer.write(piece)
        yield tray.take()
    writer.finish()
    yield tray.take()


class _Tray:
    """Where the writer puts what is sent next."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        """All of it."""
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def _rest(asked: str, size: int) -> ByteRange | None:
    """From the byte that is asked for to the end; None for the whole file."""
    if not asked or asked == "0":
        return None
    if not (re.fullmatch("[0-9]{1,18}", asked) and int(asked) <= size):
        raise Invalid(
            f"{FROM_HEADER} is no place in a file of {size:,} bytes. Send the number of bytes that have opened.",
            code="sealed_download.bad_place",
        )
    return ByteRange(int(asked), size)
