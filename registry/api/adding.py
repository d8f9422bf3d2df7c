"""Adding a version: as a form with a file or several, as the bare bytes of a file, sealed or not, or from uploads that
are complete.

Whatever way it came, the answer under an ``Idempotency-Key`` is given once: what was sent is told by the digests of the
files, so that a form that is sent again with other boundaries is the same request.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.http import QueryDict
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from modelops.rest.idempotency import answer_once, fingerprint_of
from registry.artifacts.body import body_pieces
from registry.artifacts.expected_digest import ExpectedDigest, announced_digest
from registry.artifacts.sealed import SealedUpload, sealed_upload
from registry.artifacts.upload import allow_upload, only_file, received_files
from registry.locations.models import StorageLocation
from registry.sealed_client.opening import digested, opened
from registry.sealed_client.recording import recorded
from registry.sealed_client.travelling import KEY_HEADER, RECIPIENT_HEADER, SEALED, SentKey
from registry.uploads.headers import file_name_of
from registry.uploads.sources import Sent, from_uploads

RAW = "application/octet-stream"
FORM = "multipart/form-data"
JSON = "application/json"
# Fields of this beginning carry the files of a directory; what follows is the path.
PATH_FIELD = "files/"

FILE_PARAMETERS = [
    OpenApiParameter(
        "Content-Digest", str, OpenApiParameter.HEADER, description="RFC 9530: sha-256 or sha-512 of the body."
    ),
    OpenApiParameter(
        "Content-Disposition",
        str,
        OpenApiParameter.HEADER,
        description="Of a bare file: attachment; filename=…",
    ),
    OpenApiParameter(
        RECIPIENT_HEADER, str, OpenApiParameter.HEADER, description=f"Of a body of {SEALED}: key_id of the sealing key."
    ),
    OpenApiParameter(
        KEY_HEADER, str, OpenApiParameter.HEADER, description=f"Of a body of {SEALED}: the wrapped data key in base64."
    ),
]

Add = Callable[[Sent], HttpResponseBase]


def add_once(
    request: Request,
    add: Add,
    session_of: Callable[[], dict[str, Any]],
    locations: Sequence[StorageLocation] = (),
) -> HttpResponseBase:
    """Take in what ``request`` sends and let ``add`` make the version, once under an Idempotency-Key.

    ``session_of`` gives the checked JSON of a request that names uploads. ``locations`` are those that are enabled,
    where they were just read.
    """
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind == FORM:
        return _from_form(request, add)
    if kind == RAW:
        return _from_body(request, add, locations)
    if kind == SEALED:
        return _from_sealed_body(request, add)
    if kind == JSON:
        return _from_uploads(request, add, session_of())
    raise UnsupportedMediaType(
        kind,
        f"A file comes as {RAW} (its bare bytes) or {FORM}, what was uploaded before as {JSON}; "
        f"this request says {kind[:100] or 'nothing'!r}.",
    )


def checked(data: "Serializer[Any]") -> dict[str, Any]:
    """What the serializer made of its data. Raises ValidationError."""
    data.is_valid(raise_exception=True)
    return cast(dict[str, Any], data.validated_data)


def _from_form(request: Request, add: Add) -> HttpResponseBase:
    allow_upload(request)
    with received_files(request) as files:
        fields = cast(QueryDict, request.data)
        texts = {name: fields.getlist(name) for name in fields if name not in dict(files)}
        sent = [[field, upload.name, upload.size, upload.sha256] for field, upload in files]
        fingerprint = fingerprint_of(request, [texts, sorted(sent)])
        if files and all(field.startswith(PATH_FIELD) for field, _ in files):
            found = Sent(None, [(field[len(PATH_FIELD) :], partial(_itself, upload)) for field, upload in files])
        else:
            upload = only_file(files)
            ExpectedDigest.from_hex({name: fields.get(name, "") for name in ("sha256", "sha512")}).check_upload(upload)
            found = Sent(upload)
        return answer_once(request, lambda: add(found), fingerprint)


def _from_body(request: Request, add: Add, locations: Sequence[StorageLocation]) -> HttpResponseBase:
    allow_upload(request)
    expected = announced_digest(request.headers)
    pieces = body_pieces(request, settings.MODELOPS_MAX_ARTIFACT_BYTES)
    with sealed_upload(pieces, file_name_of(request) or "file", locations) as upload:
        expected.check_upload(upload)
        fingerprint = fingerprint_of(request, [upload.name, upload.size, upload.sha256])
        return answer_once(request, lambda: add(Sent(upload)), fingerprint)


def _from_sealed_body(request: Request, add: Add) -> HttpResponseBase:
    """A bare file that the sender sealed; what was sent is told by what it opens to."""
    allow_upload(request)
    sent = SentKey.from_headers(request.headers)
    arriving = body_pieces(request, settings.MODELOPS_MAX_ARTIFACT_BYTES)
    segments = opened(digested(arriving, announced_digest(request.headers)), sent, cast(uuid.UUID, request.user.pk))
    with sealed_upload(segments, file_name_of(request) or "file") as upload:
        fingerprint = fingerprint_of(request, ["sealed", upload.name, upload.size, upload.sha256])
        then = recorded([sent], None, actor=request.actor)
        return answer_once(request, lambda: add(Sent(upload, then=then)), fingerprint)


def _from_uploads(request: Request, add: Add, said: dict[str, Any]) -> HttpResponseBase:
    fingerprint = fingerprint_of(request, request.data)
    return answer_once(request, partial(_add_uploads, request, add, said), fingerprint)


def _add_uploads(request: Request, add: Add, said: dict[str, Any]) -> HttpResponseBase:
    with from_uploads(request.user.pk, said) as sent:
        return add(replace(sent, then=recorded(sent.sealed, sent.then, actor=request.actor)))


def _itself(upload: SealedUpload) -> SealedUpload:
    return upload
