"""Drift runs over REST."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality.selection import find_version
from dataquality.serializers import RunAcceptedOut
from monitoring.drift import services
from monitoring.drift.audit_events import RUN_VIEWED
from monitoring.drift.evaluation import ALPHA, MINIMUM_EFFECT, Policy
from monitoring.drift.querysets import DriftRunQuerySet
from monitoring.drift.serializers import DriftRunIn, DriftRunOut, DriftRunRowOut
from monitoring.models import DriftRun


class DriftRunsView(ListAPIView):
    """Drift runs, newest first, and the door to a new one."""

    required_permissions = {"GET": "monitoring.view_driftrun", "POST": "monitoring.add_driftrun"}
    serializer_class = DriftRunRowOut
    queryset = DriftRun.objects.none()

    def get_queryset(self) -> DriftRunQuerySet:
        """What the caller may see."""
        return DriftRun.objects.visible_to(self.request.user).with_versions()

    @extend_schema(operation_id="drift_runs_create", request=DriftRunIn, responses={202: RunAcceptedOut})
    def post(self, request: Request) -> Response:
        """Compare two dataset versions. The answer comes at once; follow the job, then read the run."""
        serializer = DriftRunIn(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        reference, current = (
            find_version(request.user, data[field]["dataset"], data[field]["version"], field=field)
            for field in ("reference", "current")
        )
        policy = Policy(data.get("alpha", ALPHA), data.get("minimum_effect", MINIMUM_EFFECT))
        run = services.start_drift_run(reference, current, actor=request.actor, policy=policy)
        return Response(RunAcceptedOut({"id": run.pk, "job": run.job_id, "state": run.shown_state}).data, status=202)


class DriftRunView(APIView):
    """One drift run."""

    required_permissions = {"GET": "monitoring.view_driftrun"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="drift_runs_retrieve", responses=DriftRunOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        """The run with its verdict and features, once it has succeeded."""
        runs = DriftRun.objects.visible_to(request.user).with_versions().prefetch_related("features", "segments")
        run = get_object_or_404(runs, pk=run_id)
        record_reading(RUN_VIEWED, run, request=request, reference=str(run.reference), current=run.current_name)
        return Response(DriftRunOut(run).data)
