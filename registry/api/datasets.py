"""Datasets and their versions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import services
from registry.artifacts.upload import allow_upload, received_file
from registry.downloads import download_response
from registry.models import Dataset, DatasetVersion
from registry.serializers import DatasetIn, DatasetOut, DatasetVersionIn, DatasetVersionOut, VerificationOut

from .downloading import DOWNLOAD_PARAMETERS, DOWNLOAD_RESPONSES
from .lookup import dataset_named, dataset_version


class DatasetsView(ListAPIView):
    """Datasets, newest first."""

    required_permissions = {"GET": "registry.view_dataset", "POST": "registry.add_dataset"}
    serializer_class = DatasetOut
    queryset = Dataset.objects.none()

    def get_queryset(self) -> "QuerySet[Dataset]":
        datasets = Dataset.objects.visible_to(self.request.user).with_latest_version()
        return datasets.matching(self.request.query_params.get("q", ""))

    @extend_schema(parameters=[OpenApiParameter("q", str, description="A part of the name.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=DatasetIn, responses={201: DatasetOut})
    def post(self, request: Request) -> Response:
        data = DatasetIn(data=request.data)
        data.is_valid(raise_exception=True)
        dataset = services.create_dataset(**data.validated_data, actor=request.actor)
        return Response(DatasetOut(dataset).data, status=201)


class DatasetView(APIView):
    """One dataset."""

    required_permissions = {"GET": "registry.view_dataset"}

    @extend_schema(operation_id="dataset_retrieve", responses=DatasetOut)
    def get(self, request: Request, name: str) -> Response:
        return Response(DatasetOut(dataset_named(request, name)).data)


class DatasetVersionsView(ListAPIView):
    """Versions of a dataset, newest first."""

    required_permissions = {"GET": "registry.view_datasetversion", "POST": "registry.add_datasetversion"}
    parser_classes = [MultiPartParser]
    serializer_class = DatasetVersionOut
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> "QuerySet[DatasetVersion]":
        dataset = dataset_named(self.request, self.kwargs["name"])
        versions = DatasetVersion.objects.visible_to(self.request.user).filter(dataset=dataset)
        return versions.select_related("dataset", "artifact").prefetch_related("model_versions__model")

    @extend_schema(operation_id="dataset_versions_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": DatasetVersionIn}, responses={201: DatasetVersionOut})
    def post(self, request: Request, name: str) -> Response:
        """Add a version; the file is encrypted while it arrives and read once from end to end."""
        dataset = dataset_named(request, name)
        allow_upload(request)
        with received_file(request) as upload:
            version = services.add_dataset_version(dataset, upload, actor=request.actor)
        return Response(DatasetVersionOut(version).data, status=201)


class DatasetVersionView(APIView):
    """One version of a dataset."""

    required_permissions = {"GET": "registry.view_datasetversion"}

    @extend_schema(operation_id="dataset_version_retrieve", responses=DatasetVersionOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        return Response(DatasetVersionOut(dataset_version(request, name, number)).data)


class DatasetArtifactView(APIView):
    """The decrypted file of a version."""

    required_permissions = {"GET": "registry.download_artifact"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="dataset_artifact_retrieve", parameters=DOWNLOAD_PARAMETERS, responses=DOWNLOAD_RESPONSES
    )
    def get(self, request: Request, name: str, number: int) -> HttpResponseBase:
        version = dataset_version(request, name, number)
        return download_response(request, version, actor=request.actor)


class DatasetVerifyView(APIView):
    """Reads the stored file back and compares it with its digest."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="dataset_verify", request=None, responses=VerificationOut)
    def post(self, request: Request, name: str, number: int) -> Response:
        verification = services.verify_version(dataset_version(request, name, number), actor=request.actor)
        return Response(VerificationOut(verification).data)
