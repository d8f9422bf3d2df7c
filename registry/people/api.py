"""The column of a dataset that names people, over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.api.lookup import dataset_named
from registry.grants.gate import require_change

from . import indexing
from .declared import Declared, declared_of


class SubjectColumnIn(serializers.Serializer):
    """Which column names people."""

    column = serializers.CharField(max_length=255)


class SubjectColumnOut(serializers.Serializer):
    """The column, and how many versions of the dataset people can be found in."""

    column = serializers.CharField(allow_blank=True)
    versions = serializers.IntegerField()
    indexed = serializers.IntegerField()


class SubjectColumnView(APIView):
    """Whom the rows of a dataset are about."""

    required_permissions = {"GET": "registry.view_dataset", "PUT": "registry.add_datasetversion"}

    @extend_schema(operation_id="dataset_subject_column", responses=SubjectColumnOut)
    def get(self, request: Request, name: str) -> Response:
        """The column, "" where none is named, and how far its index is."""
        dataset = dataset_named(request, name)
        viewing.dataset(request, dataset)
        return Response(SubjectColumnOut(declared_of(dataset)).data)

    @extend_schema(operation_id="dataset_subject_column_set", request=SubjectColumnIn, responses=SubjectColumnOut)
    def put(self, request: Request, name: str) -> Response:
        """Name the column; every version that has it is indexed."""
        dataset = dataset_named(request, name)
        require_change(request, dataset)
        data = SubjectColumnIn(data=request.data)
        data.is_valid(raise_exception=True)
        indexing.declare(dataset, data.validated_data["column"], actor=request.actor)
        found: Declared = declared_of(dataset)
        return Response(SubjectColumnOut(found).data)
