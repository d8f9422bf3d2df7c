"""The ledger as files over REST, its figures, and the schema of its rows."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.exporting import export, report
from compliance.audit.exporting.forms import MEDIA
from compliance.audit.exporting.period import Period, moment
from compliance.audit.exporting.selection import NAMES, read_selection
from compliance.audit.vocabulary.schema import schema
from modelops.rest.permissions import SIGNED_IN

from .exports import NEEDED, streamed, told_report
from .second_factor import require

_SELECTION = [OpenApiParameter(name, str, description=meaning) for name, meaning in NAMES.items()]
_PERIOD = [parameter for parameter in _SELECTION if parameter.name in {"from", "to"}]


class ExportView(APIView):
    """Rows of the ledger as a signed file, under the newest signed checkpoint."""

    required_permissions = {"GET": NEEDED}
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="audit_events_export",
        parameters=[
            *_SELECTION,
            OpenApiParameter("form", str, enum=list(MEDIA), description="jsonl by default"),
        ],
        responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        selection = read_selection(request.query_params)
        require(request)
        form = request.query_params.get("form", "jsonl")
        return streamed(export.begin_export(selection, form, actor=request.actor))  # type: ignore[attr-defined]


class ReportView(APIView):
    """Figures of a period by category and action, signed."""

    required_permissions = {"GET": NEEDED}
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="audit_events_report",
        parameters=[*_PERIOD, OpenApiParameter("form", str, enum=list(report.MEDIA), description="jsonl by default")],
        responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        given = request.query_params
        period = Period(moment(given.get("from", ""), "from"), moment(given.get("to", ""), "to"))
        return told_report(period, given.get("form", "jsonl"), request)


class SchemaView(APIView):
    """The JSON schema that every row of the ledger obeys."""

    required_permissions = {"GET": SIGNED_IN}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="audit_events_schema", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        told: dict[str, Any] = schema()
        return Response(told)
