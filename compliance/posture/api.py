"""The posture for pipelines and dashboards."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .looking import look_at_all


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
