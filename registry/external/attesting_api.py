"""Attestations of platforms over REST."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.strict import StrictSerializer

from . import attesting
from .models import PlatformAttestation, Subject

VIEW, ADD = "external.view_platformattestation", "external.add_platformattestation"


class PlatformAttestationIn(StrictSerializer):
    subject = serializers.CharField(max_length=30, help_text=", ".join(Subject.values))
    statement = serializers.CharField(max_length=2000, help_text="What was looked at, and what was found.")
    evidence_url = serializers.CharField(max_length=500, help_text="An https address; it is never fetched.")
    expires_at = serializers.DateTimeField(help_text="At most twelve months from now.")


class PlatformAttestationOut(serializers.ModelSerializer):
    subject = serializers.CharField(read_only=True, help_text=", ".join(Subject.values))
    state = serializers.CharField(read_only=True, help_text="holds, expired or withdrawn; only the first counts.")
    author = serializers.CharField(source="author_ref", read_only=True, help_text="Id of the account.")

    class Meta:
        model = PlatformAttestation
        fields = (
            "id", "subject", "state", "statement", "evidence_url", "author", "attested_at", "expires_at",
            "withdrawn_at",
        )  # fmt: skip
        read_only_fields = fields


class PlatformAttestationsView(ListAPIView):
    """What people attest of platforms that the portal cannot look into, newest first."""

    required_permissions = {"GET": VIEW, "POST": ADD}
    serializer_class = PlatformAttestationOut
    queryset = PlatformAttestation.objects.none()

    def get_queryset(self) -> "QuerySet[PlatformAttestation]":
        return PlatformAttestation.objects.visible_to(self.request.user)

    @extend_schema(
        operation_id="platform_attestation_make", request=PlatformAttestationIn, responses={201: PlatformAttestationOut}
    )
    def post(self, request: Request) -> Response:
        """Attest something, with where the evidence lies, for at most twelve months."""
        data = PlatformAttestationIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        row = attesting.attest(given.pop("subject"), **given, actor=request.actor)
        return Response(PlatformAttestationOut(row).data, status.HTTP_201_CREATED)


class PlatformAttestationWithdrawView(APIView):
    """Takes an attestation back."""

    required_permissions = {"POST": ADD}

    @extend_schema(operation_id="platform_attestation_withdraw", request=None, responses=PlatformAttestationOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """From now on it counts as failing."""
        row = get_object_or_404(PlatformAttestation.objects.visible_to(request.user), pk=pk)
        return Response(PlatformAttestationOut(attesting.withdraw(row, actor=request.actor)).data)
