"""The storage report over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .storage_report import StorageReport, storage_report


class ComparedLocationOut(serializers.Serializer):
    location = serializers.CharField(source="location.name")
    finished_at = serializers.DateTimeField()
    orphans = serializers.IntegerField()
    missing = serializers.IntegerField()
    plaintext = serializers.IntegerField()
    bytes_found = serializers.IntegerField()


class DuplicateOut(serializers.Serializer):
    sha256 = serializers.CharField()
    files = serializers.IntegerField()
    size = serializers.IntegerField()
    spare_bytes = serializers.IntegerField()
    used_by = serializers.ListField(child=serializers.CharField())


class ModelBytesOut(serializers.Serializer):
    model = serializers.CharField(help_text="Empty for one that you may not see.")
    versions = serializers.IntegerField()
    bytes = serializers.IntegerField()


class PurgeOut(serializers.Serializer):
    date = serializers.DateField()
    kind = serializers.CharField()
    rows = serializers.IntegerField()
    size = serializers.IntegerField()


class StorageReportOut(serializers.Serializer):
    comparisons = ComparedLocationOut(many=True)
    duplicate_groups = serializers.IntegerField()
    spare_bytes = serializers.IntegerField()
    duplicates = DuplicateOut(many=True)
    models = serializers.SerializerMethodField()
    purges = PurgeOut(many=True)

    @extend_schema_field(ModelBytesOut(many=True))
    def get_models(self, report: StorageReport) -> list[dict[str, Any]]:
        return [{"model": name, "versions": versions, "bytes": size} for name, versions, size in report.models]


class StorageReportView(APIView):
    """Orphans, duplicates, bytes of each model, and what is purged on which date."""

    required_permissions = {"GET": "locations.view_reconciliation"}

    @extend_schema(operation_id="storage_report", responses=StorageReportOut)
    def get(self, request: Request) -> Response:
        return Response(StorageReportOut(storage_report(request.user)).data)
