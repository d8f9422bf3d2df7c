"""Models and their versions."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import descriptions, services
from registry.artifacts.upload import allow_upload, received_file
from registry.downloads import download_response
from registry.models import ModelVersion, RegisteredModel
from registry.serializers import (
    ModelVersionIn,
    ModelVersionOut,
    ParametersOut,
    RegisteredModelIn,
    RegisteredModelOut,
    VerificationOut,
)

from .downloading import DOWNLOAD_PARAMETERS, DOWNLOAD_RESPONSES
from .lookup import model_named, model_version, referenced


class ModelsView(ListAPIView):
    """Registered models, newest first."""

    required_permissions = {"GET": "registry.view_registeredmodel", "POST": "registry.add_registeredmodel"}
    serializer_class = RegisteredModelOut
    queryset = RegisteredModel.objects.none()

    def get_queryset(self) -> "QuerySet[RegisteredModel]":
        models = RegisteredModel.objects.visible_to(self.request.user).with_latest_version()
        return models.matching(self.request.query_params.get("q", ""))

    @extend_schema(parameters=[OpenApiParameter("q", str, description="A part of the name.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=RegisteredModelIn, responses={201: RegisteredModelOut})
    def post(self, request: Request) -> Response:
        data = RegisteredModelIn(data=request.data)
        data.is_valid(raise_exception=True)
        model = services.register_model(**data.validated_data, actor=request.actor)
        return Response(RegisteredModelOut(model).data, status=201)


class ModelView(APIView):
    """One registered model."""

    required_permissions = {"GET": "registry.view_registeredmodel"}

    @extend_schema(operation_id="model_retrieve", responses=RegisteredModelOut)
    def get(self, request: Request, name: str) -> Response:
        return Response(RegisteredModelOut(model_named(request, name)).data)


class ModelVersionsView(ListAPIView):
    """Versions of a model, newest first."""

    required_permissions = {"GET": "registry.view_modelversion", "POST": "registry.add_modelversion"}
    parser_classes = [MultiPartParser]
    serializer_class = ModelVersionOut
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> "QuerySet[ModelVersion]":
        model = model_named(self.request, self.kwargs["name"])
        versions = ModelVersion.objects.visible_to(self.request.user).filter(model=model)
        return versions.select_related("model", "artifact").prefetch_related("datasets__dataset")

    @extend_schema(operation_id="model_versions_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": ModelVersionIn}, responses={201: ModelVersionOut})
    def post(self, request: Request, name: str) -> Response:
        """Add a version; the file is encrypted while it arrives and its format told by its content."""
        model = model_named(request, name)
        allow_upload(request)
        with received_file(request) as upload:
            fields = cast(QueryDict, request.data)
            said = {
                what: descriptions.from_fields(fields.getlist(what), what) for what in ("metrics", "parameters", "tags")
            }
            given = fields.getlist("datasets")
            # One plain "name:number" needs no brackets, unlike name=value pairs.
            listed = given if given and not given[0].lstrip().startswith(("[", "{")) else None
            names = listed or descriptions.from_fields(given, "datasets")
            datasets = referenced(request, descriptions.dataset_references(names))
            version = services.add_version(model, upload, **said, datasets=datasets, actor=request.actor)
        return Response(ModelVersionOut(version).data, status=201)


class ModelVersionView(APIView):
    """One version of a model."""

    required_permissions = {"GET": "registry.view_modelversion"}

    @extend_schema(operation_id="model_version_retrieve", responses=ModelVersionOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        return Response(ModelVersionOut(model_version(request, name, number)).data)


class ModelArtifactView(APIView):
    """The decrypted file of a version."""

    required_permissions = {"GET": "registry.download_artifact"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="model_artifact_retrieve", parameters=DOWNLOAD_PARAMETERS, responses=DOWNLOAD_RESPONSES)
    def get(self, request: Request, name: str, number: int) -> HttpResponseBase:
        version = model_version(request, name, number)
        return download_response(request, version, actor=request.actor)


class ModelVerifyView(APIView):
    """Reads the stored file back and compares it with its digest."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="model_verify", request=None, responses=VerificationOut)
    def post(self, request: Request, name: str, number: int) -> Response:
        verification = services.verify_version(model_version(request, name, number), actor=request.actor)
        return Response(VerificationOut(verification).data)


class ModelParametersView(APIView):
    """The decrypted parameters of a version; every reading is recorded."""

    required_permissions = {"GET": "registry.view_parameters"}
    http_method_names = ["get", "options"]

    @extend_schema(operation_id="model_parameters_retrieve", responses=ParametersOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        return Response({"parameters": services.read_parameters(version, actor=request.actor)})
