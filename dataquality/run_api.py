"""REST beside a quality run: one issue, two runs side by side, the trend of a dataset."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality.acceptance import accept_issue
from dataquality.audit_events import RUN_VIEWED
from dataquality.comparison import compare, other_run
from dataquality.models import QualityRun, RuleSuggestion
from dataquality.run_serializers import (
    AcceptanceIn,
    AcceptanceOut,
    QualityComparisonOut,
    QualityIssueDetailOut,
    SuggestionOut,
    TrendOut,
)
from dataquality.selection import find_dataset
from dataquality.trend import trend_of
from registry.grants.gate import require_change

READ = {"GET": "dataquality.view_qualityrun"}
SAFE = ["get", "head", "options"]


class OtherRunIn(serializers.Serializer):
    """Which run to compare with; without it the finished run of the dataset before."""


OtherRunIn._declared_fields["with"] = serializers.UUIDField(required=False)  # the word is Python's own


class TrendIn(serializers.Serializer):
    """Which dataset."""

    dataset = serializers.CharField(max_length=100)
    training_run = serializers.CharField(
        max_length=200, required=False, default="", help_text="Only runs of this training, by epoch."
    )


class QualityIssueView(APIView):
    """One issue of a run."""

    required_permissions = READ
    http_method_names = SAFE

    @extend_schema(operation_id="quality_runs_issues_retrieve", responses=QualityIssueDetailOut)
    def get(self, request: Request, run_id: UUID, number: int) -> Response:
        """The issue with masked examples and a filter that finds its rows; ``number`` is its position."""
        run = _run_of(request, run_id)
        return Response(QualityIssueDetailOut(get_object_or_404(run.issues.defer(None), position=number)).data)


class IssueAcceptanceView(APIView):
    """Accepting a finding for a while."""

    required_permissions = {"POST": "dataquality.add_qualityrun"}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="quality_runs_issues_accept", request=AcceptanceIn, responses={201: AcceptanceOut})
    def post(self, request: Request, run_id: UUID, number: int) -> Response:
        """Let what the issue is about take nothing from the scores of runs that begin before then."""
        run = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
        require_change(request, run.dataset_version.dataset)
        issue = get_object_or_404(run.issues.all(), position=number)
        data = AcceptanceIn(data=request.data)
        data.is_valid(raise_exception=True)
        accepted = accept_issue(issue, **data.validated_data, actor=request.actor)
        return Response(AcceptanceOut(accepted).data, status=201)


class RuleSuggestionView(APIView):
    """Rules that an examined version keeps."""

    required_permissions = READ
    http_method_names = SAFE

    @extend_schema(operation_id="quality_runs_suggestion", responses=SuggestionOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        """A start for a suite, to be read by whoever owns the data; no value of a personal column is in it."""
        from dataquality.suite_text import dump

        run = _run_of(request, run_id)
        document = get_object_or_404(RuleSuggestion, run=run).document
        return Response(SuggestionOut({"rules": document["rules"], "text": dump(document, as_yaml=True)}).data)


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
        return Response(
            TrendOut(
                {
                    "dataset": dataset.name,
                    "points": trend_of(dataset, request.user, training_run=data.validated_data["training_run"]),
                }
            ).data
        )


def _run_of(request: Request, run_id: UUID) -> QualityRun:
    """The run within what the caller may see; reading it is recorded."""
    run: QualityRun = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
    version = run.dataset_version
    record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
    return run
