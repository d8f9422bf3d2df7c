"""Drift monitors over REST."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality.selection import find_dataset, find_version
from dataquality.serializers import RunAcceptedOut
from modelops.lib.errors import NotFound
from monitoring.drift.evaluation import Policy
from registry.models import ModelVersion

from . import services
from .audit_events import MONITOR_VIEWED
from .back_test import back_test
from .models import DriftMonitor, MonitorQuerySet
from .serializers import (
    AcceptedOut,
    AcceptIn,
    MonitorIn,
    MonitorOut,
    MonitorPolicyOut,
    MonitorRowOut,
    PolicyAnswerOut,
    PolicyChangeIn,
    policy_of,
)

VIEW, CHANGE = "monitoring.view_driftrun", "monitoring.add_driftrun"
POLICIES = 100


class MonitorsView(ListAPIView):
    """Drift monitors, newest first, and the door to a new one."""

    required_permissions = {"GET": VIEW, "POST": CHANGE}
    serializer_class = MonitorRowOut
    queryset = DriftMonitor.objects.none()

    def get_queryset(self) -> MonitorQuerySet:
        """What the caller may see."""
        return _monitors(self.request.user).order_by("-created_at")

    @extend_schema(operation_id="monitors_create", request=MonitorIn, responses={201: MonitorOut})
    def post(self, request: Request) -> Response:
        """Set up a monitor of a dataset against a reference."""
        data = _validated(MonitorIn, request)
        asked = data["reference"]
        reference = find_version(request.user, asked["dataset"], asked["version"], field="reference")
        dataset = find_dataset(request.user, data["dataset"]) if "dataset" in data else reference.dataset
        settings = services.Settings(
            reference,
            dataset,
            _model_version(request.user, data.get("model")),
            data.get("features", []),
            data["wasserstein"],
            data.get("every_s"),
            list(dict.fromkeys(data.get("segments", []))),
        )
        policy = policy_of(data["policy"]) if "policy" in data else Policy()
        monitor = services.create_monitor(data["name"], settings, policy=policy, why=data["why"], actor=request.actor)
        return Response(MonitorOut(monitor).data, status=201)


class MonitorView(APIView):
    """One drift monitor."""

    required_permissions = {"GET": VIEW}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="monitors_retrieve", responses=MonitorOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """The monitor with its policy, accepted drift and newest runs."""
        monitor = monitor_for(request, pk)
        record_reading(MONITOR_VIEWED, monitor, request=request, name=monitor.name)
        return Response(MonitorOut(monitor).data)


class MonitorPauseView(APIView):
    """A monitor that works by the clock, made to wait."""

    required_permissions = {"POST": CHANGE}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="monitors_pause", request=None, responses=MonitorOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Start no run by the clock until it is resumed. Asked twice, the second changes nothing."""
        return Response(MonitorOut(services.pause_monitor(monitor_for(request, pk), actor=request.actor)).data)


class MonitorResumeView(APIView):
    """A paused monitor, let go again."""

    required_permissions = {"POST": CHANGE}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="monitors_resume", request=None, responses=MonitorOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Run by the clock again. Asked twice, the second changes nothing."""
        return Response(MonitorOut(services.resume_monitor(monitor_for(request, pk), actor=request.actor)).data)


class MonitorRunsView(APIView):
    """Runs of a monitor."""

    required_permissions = {"POST": CHANGE}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="monitors_run", request=None, responses={202: RunAcceptedOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Compare the newest data now. The answer comes at once; follow the job, then read the drift run."""
        run = services.run_monitor(monitor_for(request, pk), actor=request.actor)
        return Response(RunAcceptedOut({"id": run.pk, "job": run.job_id, "state": run.shown_state}).data, status=202)


class MonitorPolicyView(APIView):
    """The policies of a monitor."""

    required_permissions = {"GET": VIEW, "POST": CHANGE}
    http_method_names = ["get", "head", "post", "options"]

    @extend_schema(operation_id="monitors_policies", responses=MonitorPolicyOut(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """All that held, newest first, each with its reason."""
        monitor = monitor_for(request, pk)
        record_reading(MONITOR_VIEWED, monitor, request=request, name=monitor.name)
        rows = monitor.policies.order_by("-number")[:POLICIES]
        return Response(MonitorPolicyOut(rows, many=True).data)

    @extend_schema(operation_id="monitors_policy_change", request=PolicyChangeIn, responses={200: PolicyAnswerOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Try another policy on the last 30 runs and, unless it is only a test, save it."""
        monitor = monitor_for(request, pk)
        data = _validated(PolicyChangeIn, request)
        policy = policy_of(data)
        if data["only_test"]:
            return Response(PolicyAnswerOut({"saved": None, "back_test": back_test(monitor, policy)}).data)
        saved = services.change_policy(monitor, policy, why=data["why"], actor=request.actor)
        return Response(PolicyAnswerOut({"saved": saved, "back_test": saved.back_test}).data)


class MonitorAcceptedView(APIView):
    """Accepted drift of a monitor."""

    required_permissions = {"POST": CHANGE}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="monitors_accept", request=AcceptIn, responses={201: AcceptedOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Accept the drift of a feature as it is in the newest run, until a day; the caller answers for it."""
        monitor = monitor_for(request, pk)
        data = _validated(AcceptIn, request)
        accepted = services.accept_drift(
            monitor, data["feature"], why=data["why"], until=data["until"], actor=request.actor
        )
        return Response(AcceptedOut(accepted).data, status=201)


def _monitors(user: Any) -> MonitorQuerySet:
    found: MonitorQuerySet = DriftMonitor.objects.visible_to(user).select_related(
        "reference__dataset", "dataset", "model_version__model"
    )
    return found


def monitor_for(request: Request, pk: UUID) -> DriftMonitor:
    """The monitor of this id, within what the caller may see."""
    return get_object_or_404(_monitors(request.user), pk=pk)


def _validated(kind: Any, request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def _model_version(user: Any, asked: dict[str, Any] | None) -> ModelVersion | None:
    if asked is None:
        return None
    versions = ModelVersion.objects.visible_to(user).select_related("model")
    found: ModelVersion | None = versions.filter(model__name=asked["name"], number=asked["version"]).first()
    if found is None:
        raise NotFound(
            f"There is no version {asked['version']} of a model {asked['name']!r} that you may see. "
            "GET /api/v1/models/ lists them.",
            code="model_version.not_found",
            field="model",
        )
    return found
