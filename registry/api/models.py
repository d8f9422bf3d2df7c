"""Models and their versions."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.rest.first_pages import FirstPage
from modelops.rest.pagination import KeysetPagination
from registry import services
from registry.downloads import download_response
from registry.grants.gate import require_change, require_reading
from registry.lineage import trained_on
from registry.listing import SORTS, asked_sort, narrowed
from registry.listing.asked import text_of
from registry.listing.shown import SEARCHED, shown_models
from registry.models import ModelVersion, RegisteredModel
from registry.replication.api import VERIFY_RESPONSES, verify_response
from registry.seeing import require_named
from registry.serializers import (
    ModelVersionIn,
    ModelVersionOut,
    ParametersOut,
    RegisteredModelIn,
    RegisteredModelOut,
    shown_version,
)
from registry.uploads.serializers import ModelFromUploadsIn
from registry.uploads.sources import Sent

from .adding import FILE_PARAMETERS, FORM, JSON, RAW, SEALED, add_once, checked
from .described import described
from .downloading import DOWNLOAD, DOWNLOAD_PARAMETERS, DOWNLOAD_RESPONSES
from .lookup import asks_for_deleted, model_to_add_to, model_version

_FILTERS = [
    OpenApiParameter("q", str, description="A part of the name."),
    OpenApiParameter("task_type", str),
    OpenApiParameter("risk_class", str),
    OpenApiParameter("owner", str, description="Name of the account, or me."),
    OpenApiParameter("quarantined", bool, description="true: only models with a quarantined version."),
    OpenApiParameter("alias", str, description="Only models that have an alias of this name."),
    OpenApiParameter("file_format", str, description="Only models with a version of this format."),
    OpenApiParameter("tag", str, description="team, or team=search: only models with a version that has the tag."),
    OpenApiParameter("sort", str, enum=list(SORTS)),
    OpenApiParameter("deleted", bool, description="true: the deleted ones, for who may restore them."),
    OpenApiParameter("prompts", bool, description="true: prompts for language models, which are left out otherwise."),
]


class SortedPages(KeysetPagination):
    """Pages in the order that is asked for."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        column = asked_sort(request.query_params.get("sort", "newest"))
        return (column,) if column == "-id" else (column, "-id" if column.startswith("-") else "id")


class ModelsView(ListAPIView):
    """Registered models, newest first unless sorted otherwise."""

    required_permissions = {"GET": "registry.view_registeredmodel", "POST": "registry.add_registeredmodel"}
    serializer_class = RegisteredModelOut
    pagination_class = SortedPages
    queryset = RegisteredModel.objects.none()

    def get_queryset(self) -> Any:
        asked, user = self.request.query_params, self.request.user
        if SEARCHED.issuperset(asked) and SORTS.get(asked.get("sort", "newest")) == "-id":
            return FirstPage(partial(shown_models, user, text_of(asked, "q", 100)))
        models = narrowed(self.request.user, self.request.query_params)
        return models.select_related("owner").with_latest_version()

    @extend_schema(parameters=_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=RegisteredModelIn, responses={201: RegisteredModelOut})
    def post(self, request: Request) -> Response:
        data = RegisteredModelIn(data=request.data)
        data.is_valid(raise_exception=True)
        require_named(request.user, "model", data.validated_data["name"])
        model = services.register_model(**data.validated_data, actor=request.actor)
        headers = {"Location": reverse("api-model", args=[model.name])}
        return Response(RegisteredModelOut(model).data, status=201, headers=headers)


class ModelVersionsView(ListAPIView):
    """Versions of a model, newest first."""

    required_permissions = {"GET": "registry.view_modelversion", "POST": "registry.add_modelversion"}
    parser_classes = [MultiPartParser, JSONParser]
    answers_once_itself = True
    serializer_class = ModelVersionOut
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> "QuerySet[ModelVersion]":
        model = get_object_or_404(RegisteredModel.objects.known_to(self.request.user), name=self.kwargs["name"])
        versions = ModelVersion.objects.visible_to(self.request.user, deleted=asks_for_deleted(self.request))
        versions = versions.filter(model=model).with_origin().select_related("model", "artifact__inspection")
        return versions.prefetch_related(trained_on(self.request.user), "artifact__copies__location")

    @extend_schema(operation_id="model_versions_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        parameters=FILE_PARAMETERS,
        request={FORM: ModelVersionIn, JSON: ModelFromUploadsIn, RAW: OpenApiTypes.BINARY, SEALED: OpenApiTypes.BINARY},
        responses={201: ModelVersionOut},
    )
    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Add a version: a form with a file or several, a bare file, or uploads that are complete.

        The file is encrypted while it arrives and its format told by its content.
        """
        model, locations = model_to_add_to(request, name)
        require_change(request, model)

        def add(sent: Sent) -> Response:
            said = {**described(request), "then": sent.then, "actor": request.actor}
            if sent.file is None:
                version = services.add_directory_version(model, sent.files, **said)
            else:
                version = services.add_version(model, sent.file, **said)
            # Where this request went to, and the number; to ask the addresses for it takes longer than to number it.
            headers = {"Location": f"{request.path}{version.number}/"}
            return Response(shown_version(version), status=201, headers=headers)

        return add_once(request, add, lambda: checked(ModelFromUploadsIn(data=request.data)), locations)


class ModelArtifactView(APIView):
    """The decrypted file of a version."""

    required_permissions = {"GET": DOWNLOAD}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="model_artifact_retrieve", parameters=DOWNLOAD_PARAMETERS, responses=DOWNLOAD_RESPONSES)
    def get(self, request: Request, name: str, number: int) -> HttpResponseBase:
        version = model_version(request, name, number)
        return download_response(request, version, actor=request.actor)


class ModelVerifyView(APIView):
    """Reads every copy of the stored file back and compares it with its digest."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="model_verify", request=None, responses=VERIFY_RESPONSES)
    def post(self, request: Request, name: str, number: int) -> Response:
        return verify_response(request, model_version(request, name, number))


class ModelParametersView(APIView):
    """The decrypted parameters of a version; every reading is recorded."""

    required_permissions = {"GET": "registry.view_parameters"}
    http_method_names = ["get", "options"]

    @extend_schema(operation_id="model_parameters_retrieve", responses=ParametersOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        require_reading(request, version)
        return Response({"parameters": services.read_parameters(version, actor=request.actor)})
