"""Data sources and imports over REST."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.lookup import dataset_named
from registry.artifacts.expected_digest import ExpectedDigest
from registry.grants.gate import require_change

from .importing import ask_for_import
from .listing import objects_for
from .models import DataImport, DataSource
from .serializers import DataImportIn, DataImportOut, DataSourceOut, SourceObjectOut

_ADD = "registry.add_datasetversion"


class DataSourcesView(ListAPIView):
    """The places from which your role may read dataset versions."""

    required_permissions = {"GET": _ADD}
    serializer_class = DataSourceOut
    queryset = DataSource.objects.none()

    def get_queryset(self) -> "QuerySet[DataSource]":
        return DataSource.objects.readable_by(self.request.user)


class SourceObjectsView(APIView):
    """What lies in a data source."""

    required_permissions = {"GET": _ADD}

    @extend_schema(
        operation_id="data_source_objects",
        parameters=[OpenApiParameter("prefix", str, description="A folder; without it, all of the source.")],
        responses=SourceObjectOut(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """The first 200 objects of a folder."""
        source = get_object_or_404(DataSource.objects.readable_by(request.user), name=name)
        found = objects_for(request, source, request.query_params.get("prefix", ""))
        return Response(SourceObjectOut(found, many=True).data)


class DataImportsView(ListAPIView):
    """Versions of a dataset that are or were read from a data source, newest first."""

    required_permissions = {"GET": "registry.view_datasetversion", "POST": _ADD}
    serializer_class = DataImportOut
    queryset = DataImport.objects.none()

    def get_queryset(self) -> "QuerySet[DataImport]":
        dataset = dataset_named(self.request, self.kwargs["name"])
        return DataImport.objects.filter(dataset=dataset).select_related("dataset", "source", "version", "job")

    @extend_schema(operation_id="data_imports_list")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="data_import_ask", request=DataImportIn, responses={202: DataImportOut})
    def post(self, request: Request, name: str) -> Response:
        """Have a worker read an object as the next version; it is sealed as an upload is. Its job tells how far it is.

        Send an ``Idempotency-Key``: the same request again answers with the same import.
        """
        dataset = dataset_named(request, name)
        require_change(request, dataset)
        data = DataImportIn(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        source = get_object_or_404(DataSource.objects.readable_by(request.user), name=said["source"])
        row = ask_for_import(
            dataset,
            source,
            said["key"],
            tag=said["tag"],
            expected=ExpectedDigest.from_hex(said.get("digest", {})),
            subject_column=said["subject_column"],
            user=request.user,
            actor=request.actor,
        )
        return Response(DataImportOut(row).data, status=202)
