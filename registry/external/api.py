"""Records of other registries over REST."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading

from . import services
from .audit_events import RECORD_VIEWED
from .models import ExternalRecord

UNKNOWN = "unknown"


class ExternalRecordIn(serializers.Serializer):
    model_package = serializers.JSONField(help_text="What aws sagemaker describe-model-package prints.")
    resource_policy = serializers.JSONField(
        required=False,
        allow_null=True,
        default=None,
        help_text="ResourcePolicy of aws sagemaker get-model-package-group-policy: who can approve there.",
    )


class ExternalRecordOut(serializers.ModelSerializer):
    # Text, with the words in the help: these names are fields of many resources.
    source = serializers.CharField(read_only=True, help_text="sagemaker.")
    approval = serializers.CharField(read_only=True, help_text="approved, rejected or pending.")
    approvers = serializers.SerializerMethodField()

    class Meta:
        model = ExternalRecord
        fields = (
            "id", "source", "reference", "group", "number", "approval", "said_approval", "approvers",
            "document_sha256", "imported_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(
        {
            "oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string", "enum": [UNKNOWN]}],
            "description": "Principals who can approve there; unknown without a resource policy.",
        }
    )
    def get_approvers(self, row: ExternalRecord) -> Any:
        return UNKNOWN if row.approvers is None else row.approvers


class ExternalRecordsView(ListAPIView):
    """Records of models in other registries, newest first."""

    required_permissions = {"GET": "external.view_externalrecord", "POST": "external.add_externalrecord"}
    serializer_class = ExternalRecordOut
    queryset = ExternalRecord.objects.none()

    def get_queryset(self) -> "QuerySet[ExternalRecord]":
        return ExternalRecord.objects.visible_to(self.request.user)

    @extend_schema(
        operation_id="external_record_import",
        request=ExternalRecordIn,
        responses={200: ExternalRecordOut, 201: ExternalRecordOut},
    )
    def post(self, request: Request) -> Response:
        """Import a SageMaker model package. The same document makes one record: again, it answers 200."""
        data = ExternalRecordIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        row, is_new = services.import_model_package(
            given["model_package"], given["resource_policy"], actor=request.actor
        )
        return Response(ExternalRecordOut(row).data, status=201 if is_new else 200)


class ExternalRecordView(APIView):
    """One record of another registry."""

    required_permissions = {"GET": "external.view_externalrecord"}

    @extend_schema(operation_id="external_record_retrieve", responses=ExternalRecordOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        row = get_object_or_404(ExternalRecord.objects.visible_to(request.user), pk=pk)
        record_reading(RECORD_VIEWED, row, request=request, record=str(row))
        return Response(ExternalRecordOut(row).data)
