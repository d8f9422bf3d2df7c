"""The posture for pipelines and dashboards."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .looking import look_at_all
from .standing import posture_of


class FindingOut(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    fix = serializers.CharField()
    severity = serializers.ChoiceField(["warning", "high", "critical"])
    url = serializers.CharField(help_text="The page on which it is put right; empty where there is none.")


class ControlOut(serializers.Serializer):
    key = serializers.CharField(source="control.key")
    area = serializers.CharField(source="control.area")
    label = serializers.CharField(source="control.label")
    passed = serializers.BooleanField(source="outcome.passed")
    applies = serializers.BooleanField(source="outcome.applies", help_text="False where it is not asked for.")
    held = serializers.IntegerField(source="outcome.held", allow_null=True)
    total = serializers.IntegerField(source="outcome.total", allow_null=True)
    evidence = serializers.CharField(source="outcome.evidence")
    fix = serializers.CharField(help_text="What to do where it does not hold; also while it holds.")
    findings = FindingOut(source="outcome.findings", many=True)


class PostureOut(serializers.Serializer):
    passed = serializers.BooleanField()
    controls = ControlOut(many=True)


class PostureView(APIView):
    """Every control with what it found just now."""

    required_permissions = {"GET": "audit.view_auditevent"}

    @extend_schema(operation_id="posture_retrieve", responses=PostureOut)
    def get(self, request: Request) -> Response:
        seen = look_at_all()
        return Response(PostureOut({"passed": all(one.outcome.passed for one in seen), "controls": seen}).data)


class PostureCheckOut(serializers.Serializer):
    """One check of a model or pipeline."""

    id = serializers.CharField(source="check.key")
    label = serializers.CharField(source="check.label")
    severity = serializers.CharField(source="check.severity", help_text="warning, high or critical.")
    status = serializers.ChoiceField(["holds", "fails", "not_applicable"])
    evidence = serializers.CharField(source="standing.evidence")
    evidence_url = serializers.CharField(source="standing.url", help_text="Where the rows are; empty without any.")
    fix = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True, help_text="Since when it does not hold; null while it holds.")


class PostureScoreOut(serializers.Serializer):
    day = serializers.DateField()
    held = serializers.IntegerField()
    total = serializers.IntegerField()


class PostureOfOut(serializers.Serializer):
    """The posture of one model or pipeline. ``score`` is ``held`` of ``total`` in a hundred, with no other weights."""

    name = serializers.CharField(source="found.name")
    score = serializers.IntegerField()
    held = serializers.IntegerField()
    total = serializers.IntegerField()
    arithmetic = serializers.CharField(help_text="The sum, with each check's point.")
    findings = PostureCheckOut(source="lines", many=True)
    trend = PostureScoreOut(many=True)


class ModelPostureView(APIView):
    """Whether a model is owned, described, scanned, signed, approved, traceable and watched, from its rows."""

    required_permissions = {"GET": "registry.view_registeredmodel"}

    @extend_schema(operation_id="model_posture_retrieve", responses=PostureOfOut)
    def get(self, request: Request, name: str) -> Response:
        return Response(PostureOfOut(posture_of("models", name, request.user)).data)


class PipelinePostureView(APIView):
    """Whether the keys of a service account, and what it registered and promoted, are as they must be."""

    required_permissions = {"GET": "audit.view_auditevent"}

    @extend_schema(operation_id="pipeline_posture_retrieve", responses=PostureOfOut)
    def get(self, request: Request, name: str) -> Response:
        return Response(PostureOfOut(posture_of("pipelines", name, request.user)).data)
