"""``uploads/``: a file in pieces. What becomes of it is said when a version is added with ``{"upload": id}``."""

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.generics import ListAPIView
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid
from registry.artifacts.expected_digest import ExpectedDigest, announced_digest

from . import services
from .headers import base_name, file_name_of, says_complete, state_headers, upload_address, whole_number
from .models import UploadSession
from .receiving import append
from .serializers import UploadIn, UploadOut

PERMISSION = "uploads.add_uploadsession"
PIECES = ("application/octet-stream", "application/offset+octet-stream", "application/partial-upload")
_OFFSET = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True, description="Where it begins.")
_LENGTH = OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, description="Bytes of the whole file.")
_LAST = OpenApiParameter("Upload-Complete", str, OpenApiParameter.HEADER, description="?1 with the last piece.")
_DIGEST = OpenApiParameter("Content-Digest", str, OpenApiParameter.HEADER, description="RFC 9530, of this piece.")


class UploadsView(ListAPIView):
    """One's own uploads, newest first; completed ones for a day."""

    required_permissions = {"GET": PERMISSION, "POST": PERMISSION}
    parser_classes = [JSONParser]
    serializer_class = UploadOut
    queryset = UploadSession.objects.none()

    def get_queryset(self) -> "QuerySet[UploadSession]":
        own = UploadSession.objects.filter(owner_id=self.request.user.pk, is_internal=False)
        return own.select_related("model_version__model", "dataset_version__dataset")

    @extend_schema(operation_id="uploads_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="upload_begin", request=UploadIn, responses={201: UploadOut})
    def post(self, request: Request) -> Response:
        """Begin an upload. ``Location`` says where its bytes go."""
        data = UploadIn(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        length = said.get("length")
        expected = ExpectedDigest.from_hex(said.get("digest", {}))
        session = services.begin(
            base_name(said.get("file_name", "")) or file_name_of(request) or "file",
            whole_number(request, "Upload-Length") if length is None else length,
            expected or announced_digest({"Repr-Digest": request.headers.get("Repr-Digest", "")}),
            owner_id=request.user.pk,
            actor=request.actor,
        )
        headers = {**state_headers(session), "Location": upload_address(request, session)}
        return Response(UploadOut(session).data, status=201, headers=headers)


class UploadView(APIView):
    """One upload of one's own; anybody else's is not there."""

    required_permissions = {"GET": PERMISSION, "PATCH": PERMISSION, "DELETE": PERMISSION}

    @extend_schema(operation_id="upload_retrieve", responses=UploadOut)
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Where the upload stands; HEAD gives the headers alone."""
        session = services.upload_of(request.user.pk, upload_id)
        return Response(UploadOut(session).data, headers=state_headers(session))

    @extend_schema(
        operation_id="upload_append",
        parameters=[_OFFSET, _LENGTH, _LAST, _DIGEST],
        request=dict.fromkeys(PIECES, OpenApiTypes.BINARY),
        responses={204: OpenApiResponse(description="Upload-Offset says where to go on.")},
    )
    def patch(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Add bytes at the offset. What has arrived before a connection breaks stays."""
        session = services.upload_of(request.user.pk, upload_id)
        kind = (request.content_type or "").partition(";")[0].strip()
        if kind and kind not in PIECES:  # no kind: no bytes either, which changes nothing
            wanted = " or ".join(PIECES)
            raise UnsupportedMediaType(kind, f"A piece comes as {wanted}; this request says {kind[:100]!r}.")
        start = whole_number(request, "Upload-Offset")
        if start is None:
            raise Invalid(
                f"Upload-Offset is missing. The upload has {session.offset:,} bytes; go on there.",
                code="upload.offset_missing",
            )
        length = whole_number(request, "Upload-Length")
        if length is not None:
            services.declare_length(session, length)
        content = announced_digest({"Content-Digest": request.headers.get("Content-Digest", "")})
        session = append(request, session, start, content)
        if says_complete(request):
            services.declare_length(session, session.offset)
        return Response(status=204, headers=state_headers(session))

    @extend_schema(operation_id="upload_cancel", responses={204: None})
    def delete(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Cancel the upload and remove what has arrived."""
        services.cancel(services.upload_of(request.user.pk, upload_id), actor=request.actor)
        return Response(status=204)
