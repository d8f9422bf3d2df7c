"""Datasets and their versions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import services
from registry.downloads import download_response
from registry.grants.gate import require_change
from registry.lineage import trained_models
from registry.models import Dataset, DatasetVersion
from registry.replication.api import VERIFY_RESPONSES, verify_response
from registry.seeing import require_named
from registry.serializers import DatasetIn, DatasetOut, DatasetVersionIn, DatasetVersionOut
from registry.services.parts import whole
from registry.uploads.serializers import TableFromUploadsIn
from registry.uploads.sources import Sent

from .adding import FILE_PARAMETERS, FORM, JSON, RAW, SEALED, add_once, checked
from .downloading import DOWNLOAD, DOWNLOAD_PARAMETERS, DOWNLOAD_RESPONSES
from .lookup import asks_for_deleted, dataset_named, dataset_version

SUBJECT_COLUMN = OpenApiParameter(
    "subject_column", str, description="Which column names people, where the dataset does not say so yet."
)


class DatasetsView(ListAPIView):
    """Datasets, newest first."""

    required_permissions = {"GET": "registry.view_dataset", "POST": "registry.add_dataset"}
    serializer_class = DatasetOut
    queryset = Dataset.objects.none()

    def get_queryset(self) -> "QuerySet[Dataset]":
        datasets = Dataset.objects.visible_to(self.request.user, deleted=asks_for_deleted(self.request))
        datasets = datasets.with_latest_version()
        return datasets.matching(self.request.query_params.get("q", ""))

    @extend_schema(parameters=[OpenApiParameter("q", str, description="A part of the name.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=DatasetIn, responses={201: DatasetOut})
    def post(self, request: Request) -> Response:
        data = DatasetIn(data=request.data)
        data.is_valid(raise_exception=True)
        require_named(request.user, "dataset", data.validated_data["name"])
        dataset = services.create_dataset(**data.validated_data, actor=request.actor)
        return Response(DatasetOut(dataset).data, status=201)


class DatasetVersionsView(ListAPIView):
    """Versions of a dataset, newest first."""

    required_permissions = {"GET": "registry.view_datasetversion", "POST": "registry.add_datasetversion"}
    parser_classes = [MultiPartParser, JSONParser]
    answers_once_itself = True
    serializer_class = DatasetVersionOut
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> "QuerySet[DatasetVersion]":
        dataset = get_object_or_404(Dataset.objects.known_to(self.request.user), name=self.kwargs["name"])
        versions = DatasetVersion.objects.visible_to(self.request.user, deleted=asks_for_deleted(self.request))
        versions = versions.filter(dataset=dataset).select_related("dataset", "artifact")
        return versions.prefetch_related(trained_models(self.request.user), "artifact__copies__location")

    @extend_schema(operation_id="dataset_versions_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        parameters=[*FILE_PARAMETERS, SUBJECT_COLUMN],
        request={
            FORM: DatasetVersionIn,
            JSON: TableFromUploadsIn,
            RAW: OpenApiTypes.BINARY,
            SEALED: OpenApiTypes.BINARY,
        },
        responses={201: DatasetVersionOut},
    )
    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Add a version; the file is encrypted while it arrives and read once from end to end.

        A form may hold several files as ``files/<path>``, or JSON name several uploads: parts of one format with the
        same columns, whose rows follow each other in the order of the paths.
        """
        dataset = dataset_named(request, name)
        require_change(request, dataset)

        def add(sent: Sent) -> Response:
            column = request.query_params.get("subject_column", "")
            with whole(sent) as file:
                version = services.add_dataset_version(
                    dataset, file, subject_column=column, then=sent.then, actor=request.actor
                )
            return Response(DatasetVersionOut(version).data, status=201)

        return add_once(request, add, lambda: checked(TableFromUploadsIn(data=request.data)))


class DatasetArtifactView(APIView):
    """The decrypted file of a version."""

    required_permissions = {"GET": DOWNLOAD}
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="dataset_artifact_retrieve", parameters=DOWNLOAD_PARAMETERS, responses=DOWNLOAD_RESPONSES
    )
    def get(self, request: Request, name: str, number: int) -> HttpResponseBase:
        version = dataset_version(request, name, number)
        return download_response(request, version, actor=request.actor)


class DatasetVerifyView(APIView):
    """Reads every copy of the stored file back and compares it with its digest."""

    required_permissions = {"POST": "registry.verify_artifact"}

    @extend_schema(operation_id="dataset_verify", request=None, responses=VERIFY_RESPONSES)
    def post(self, request: Request, name: str, number: int) -> Response:
        return verify_response(request, dataset_version(request, name, number))
