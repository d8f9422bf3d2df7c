"""Quality runs over REST."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality import services
from dataquality.audit_events import RUN_VIEWED
from dataquality.models import QualityRun
from dataquality.querysets import QualityRunQuerySet
from dataquality.selection import find_version
from dataquality.serializers import QualityRunIn, QualityRunOut, QualityRunRowOut, RunAcceptedOut
from dataquality.suite_services import suite_for


class QualityRunsView(ListAPIView):
    """Quality runs, newest first, and the door to a new one."""

    required_permissions = {"GET": "dataquality.view_qualityrun", "POST": "dataquality.add_qualityrun"}
    serializer_class = QualityRunRowOut
    queryset = QualityRun.objects.none()

    def get_queryset(self) -> QualityRunQuerySet:
        """What the caller may see."""
        return QualityRun.objects.visible_to(self.request.user).with_version()

    @extend_schema(operation_id="quality_runs_create", request=QualityRunIn, responses={202: RunAcceptedOut})
    def post(self, request: Request) -> Response:
        """Examine a dataset version. The answer comes at once; follow the job, then read the run."""
        data = QualityRunIn(data=request.data)
        data.is_valid(raise_exception=True)
        version = find_version(request.user, data.validated_data["dataset"], data.validated_data["version"])
        suite = suite_for(version, data.validated_data.get("suite"))
        run = services.start_quality_run(
            version,
            actor=request.actor,
            suite_version=suite,
            training_run=data.validated_data["training_run"],
            epoch=data.validated_data["epoch"],
        )
        return Response(RunAcceptedOut({"id": run.pk, "job": run.job_id, "state": run.shown_state}).data, status=202)


class QualityRunView(APIView):
    """One quality run."""

    required_permissions = {"GET": "dataquality.view_qualityrun"}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="quality_runs_retrieve", responses=QualityRunOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        """The run with its score and issues, once it has succeeded."""
        runs = QualityRun.objects.visible_to(request.user).with_version().prefetch_related("issues")
        run = get_object_or_404(runs, pk=run_id)
        version = run.dataset_version
        record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
        return Response(QualityRunOut(run).data)
