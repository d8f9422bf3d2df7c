"""REST beside a quality run: one issue, two runs side by side, the trend of a dataset."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality.audit_events import RUN_VIEWED
from dataquality.comparison import compare, other_run
from dataquality.models import QualityRun
from dataquality.run_serializers import QualityComparisonOut, QualityIssueDetailOut, TrendOut
from dataquality.selection import find_dataset
from dataquality.trend import trend_of

READ = {"GET": "dataquality.view_qualityrun"}
SAFE = ["get", "head", "options"]


class OtherRunIn(serializers.Serializer):
    """Which run to compare with; without it the finished run of the dataset before."""


OtherRunIn._declared_fields["with"] = serializers.UUIDField(required=False)  # the word is Python's own


class TrendIn(serializers.Serializer):
    """Which dataset."""

    dataset = serializers.CharField(max_length=100)


class QualityIssueView(APIView):
    """One issue of a run."""

    required_permissions = READ
    http_method_names = SAFE

    @extend_schema(operation_id="quality_runs_issues_retrieve", responses=QualityIssueDetailOut)
    def get(self, request: Request, run_id: UUID, number: int) -> Response:
        """The issue with masked examples and a filter that finds its rows; ``number`` is its position."""
        run = _run_of(request, run_id)
        return Response(QualityIssueDetailOut(get_object_or_404(run.issues.defer(None), position=number)).data)


class QualityComparisonView(APIView):
    """Two runs side by side."""

    required_permissions = READ
    http_method_names = SAFE

    @extend_schema(operation_id="quality_runs_comparison", parameters=[OtherRunIn], responses=QualityComparisonOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        """What became better, worse, appeared and went since the other run."""
        run = _run_of(request, run_id)
        data = OtherRunIn(data=request.query_params)
        data.is_valid(raise_exception=True)
        before = other_run(run, str(data.validated_data.get("with", "")), request.user)
        return Response(QualityComparisonOut(compare(before, run)).data)


class QualityTrendView(APIView):
    """The quality of a dataset over time."""

    required_permissions = READ
    http_method_names = SAFE

    @extend_schema(operation_id="quality_runs_trend", parameters=[TrendIn], responses=TrendOut)
    def get(self, request: Request) -> Response:
        """Scores of the newest finished runs, oldest first, with the changes of the columns in between."""
        data = TrendIn(data=request.query_params)
        data.is_valid(raise_exception=True)
        dataset = find_dataset(request.user, data.validated_data["dataset"])
        return Response(TrendOut({"dataset": dataset.name, "points": trend_of(dataset, request.user)}).data)


def _run_of(request: Request, run_id: UUID) -> QualityRun:
    """The run within what the caller may see; reading it is recorded."""
    run: QualityRun = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
    version = run.dataset_version
    record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
    return run
