"""Variants of a version over REST."""

import uuid
from typing import Any, cast

from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Conflict
from modelops.rest.idempotency import answer_once, fingerprint_of
from registry import descriptions, viewing
from registry.api.downloading import DOWNLOAD, DOWNLOAD_PARAMETERS, DOWNLOAD_RESPONSES
from registry.api.lookup import model_version
from registry.artifacts.upload import allow_upload, received_file
from registry.downloads import download_response
from registry.grants.gate import require_change
from registry.serializers import VerificationOut

from . import services
from .models import Variant
from .serializers import MetricsIn, VariantAsked, VariantIn, VariantOut

ADD = "variants.add_variant"


class VariantsView(ListAPIView):
    """The variants of a version, newest first."""

    required_permissions = {"GET": "variants.view_variant", "POST": ADD}
    serializer_class = VariantOut
    queryset = Variant.objects.none()

    def get_queryset(self) -> "QuerySet[Variant]":
        version = model_version(self.request, self.kwargs["name"], self.kwargs["number"])
        rows = Variant.objects.visible_to(self.request.user).filter(version=version)
        return rows.select_related("version__model", "version__artifact", "artifact")

    @extend_schema(operation_id="model_variant_ask", request=VariantAsked, responses={202: VariantOut})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Have a worker derive a variant; the answer names its job."""
        version = model_version(request, name, number)
        require_change(request, version.model)
        data = VariantAsked(data=request.data)
        data.is_valid(raise_exception=True)
        variant = services.ask_for_variant(version, **data.validated_data, actor=request.actor)
        return Response(VariantOut(variant).data, status.HTTP_202_ACCEPTED)


class VariantUploadView(APIView):
    """Takes a variant that a pipeline made itself."""

    required_permissions = {"POST": ADD}
    parser_classes = [MultiPartParser]
    answers_once_itself = True

    @extend_schema(
        operation_id="model_variant_upload", request={"multipart/form-data": VariantIn}, responses={201: VariantOut}
    )
    def post(self, request: Request, name: str, number: int) -> HttpResponseBase:
        version = model_version(request, name, number)
        require_change(request, version.model)
        allow_upload(request)
        with received_file(request) as upload:
            fields = cast(QueryDict, request.data)
            said = {what: str(fields.get(what, "")) for what in ("kind", "name", "tool")}
            metrics = descriptions.from_fields(fields.getlist("metrics"), "metrics")

            def add() -> HttpResponseBase:
                variant = services.add_variant(
                    version, upload, name=said["name"] or said["kind"], kind=said["kind"], metrics=metrics,
                    tool=said["tool"], actor=request.actor,
                )  # fmt: skip
                return Response(VariantOut(variant).data, status.HTTP_201_CREATED)

            return answer_once(request, add, fingerprint_of(request, [upload.sha256, said, fields.getlist("metrics")]))


class VariantView(APIView):
    """One variant."""

    required_permissions = {"GET": "variants.view_variant"}

    @extend_schema(operation_id="model_variant", responses=VariantOut)
    def get(self, request: Request, name: str, number: int, pk: uuid.UUID) -> Response:
        variant = _variant(request, name, number, pk)
        viewing.version(request, variant.version, "variant")
        return Response(VariantOut(variant).data)


class VariantMetricsView(APIView):
    """What was measured for a variant; its change against the parent follows from it."""

    required_permissions = {"PUT": ADD}

    @extend_schema(operation_id="model_variant_metrics", request=MetricsIn, responses=VariantOut)
    def put(self, request: Request, name: str, number: int, pk: uuid.UUID) -> Response:
        variant = _variant(request, name, number, pk)
        require_change(request, variant.version.model)
        data = MetricsIn(data=request.data)
        data.is_valid(raise_exception=True)
        services.set_metrics(variant, data.validated_data["metrics"], actor=request.actor)
        return Response(VariantOut(_variant(request, name, number, pk)).data)


class VariantArtifactView(APIView):
    """The decrypted file of a variant."""

    required_permissions = {"GET": DOWNLOAD}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="model_variant_artifact", parameters=DOWNLOAD_PARAMETERS, responses=DOWNLOAD_RESPONSES)
    def get(self, request: Request, name: str, number: int, pk: uuid.UUID) -> HttpResponseBase:
        variant = _variant(request, name, number, pk)
        return download_response(request, variant.version, artifact=artifact_of(variant), actor=request.actor)


class VariantVerifyView(APIView):
    """Reads the stored file of a variant back and compares it with its digests."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="model_variant_verify", request=None, responses=VerificationOut)
    def post(self, request: Request, name: str, number: int, pk: uuid.UUID) -> Response:
        found = services.verify_variant(_variant(request, name, number, pk), actor=request.actor)
        return Response(VerificationOut(found).data)


def artifact_of(variant: Variant) -> Any:
    """The file of a variant. Raises Conflict while there is none."""
    if variant.artifact is None:
        raise Conflict(f"{variant} has no file: it is {variant.get_state_display().lower()}.", code="variant.not_ready")
    return variant.artifact


def _variant(request: Request, name: str, number: int, pk: uuid.UUID) -> Variant:
    version = model_version(request, name, number)
    rows = Variant.objects.visible_to(request.user).select_related("artifact", "version__model", "version__artifact")
    found: Variant = get_object_or_404(rows, version=version, pk=pk)
    return found
