"""The schema of a dataset over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import NotFound
from registry import viewing
from registry.api.lookup import dataset_named
from registry.grants.gate import require_change
from registry.models import Dataset

from .differences import differences
from .serializers import DatasetSchemaOut, SchemaDifferencesOut, SchemaIn, SchemaRangeIn, WhichSchemaIn
from .services import newest_schema, standing_schema, write_schema


class DatasetSchemaView(APIView):
    """What the owner says about the columns."""

    required_permissions = {"GET": "registry.view_dataset", "PUT": "registry.change_dataset"}
    http_method_names = ["get", "put", "head", "options"]

    @extend_schema(operation_id="dataset_schema_retrieve", parameters=[WhichSchemaIn], responses=DatasetSchemaOut)
    def get(self, request: Request, name: str) -> Response:
        """The schema that counts; a proposal from the newest version where nobody has written one."""
        dataset = dataset_named(request, name)
        data = WhichSchemaIn(data=request.query_params)
        data.is_valid(raise_exception=True)
        viewing.dataset(request, dataset, part="schema")
        return Response(_shown(dataset, data.validated_data.get("number")))

    @extend_schema(operation_id="dataset_schema_write", request=SchemaIn, responses=DatasetSchemaOut)
    def put(self, request: Request, name: str) -> Response:
        """Write the next version; quality runs that begin from now on hold the data against it."""
        dataset = dataset_named(request, name)
        require_change(request, dataset)
        data = SchemaIn(data=request.data)
        data.is_valid(raise_exception=True)
        said = dict(data.validated_data)
        schema = write_schema(dataset, replaces=said.pop("number", None), **said, actor=request.actor)
        return Response(_shown(dataset, schema.number))


class DatasetSchemaChangesView(APIView):
    """What two versions of the schema say differently."""

    required_permissions = {"GET": "registry.view_dataset"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="dataset_schema_changes", parameters=[SchemaRangeIn], responses=SchemaDifferencesOut)
    def get(self, request: Request, name: str) -> Response:
        """Columns added, removed, retyped, re-ranged, and whether that breaks a reader."""
        dataset = dataset_named(request, name)
        data = SchemaRangeIn(data=request.query_params)
        data.is_valid(raise_exception=True)
        newest = newest_schema(dataset)
        if newest is None:
            raise NotFound(
                f"Nobody has written a schema of {dataset.name!r} yet; PUT …/schema/ does.", code="schema.not_found"
            )
        after = data.validated_data.get("after", newest.number)
        before = data.validated_data.get("before", max(1, after - 1))
        viewing.dataset(request, dataset, part="schema")
        old, new = (standing_schema(dataset, number=number).document["columns"] for number in (before, after))
        found = differences(old, new)
        breaking = any(one.breaking for one in found)
        told = {"dataset": dataset.name, "before": before, "after": after, "breaking": breaking, "changes": found}
        return Response(SchemaDifferencesOut(told).data)


def _shown(dataset: Dataset, number: int | None) -> dict[str, Any]:
    """The schema as it is given."""
    found = standing_schema(dataset, number=number)
    told = {
        "dataset": dataset.name,
        "number": found.number,
        "confirmed": found.confirmed,
        "data_class": found.data_class,
        **found.document,
    }
    return dict(DatasetSchemaOut(told).data)
