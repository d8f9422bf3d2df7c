"""Signatures, signing keys and policies over REST."""

import uuid

from django.db.models import Q, QuerySet
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.api.lookup import model_named, model_version
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel

from . import services
from .bundle import MEDIA_TYPE
from .models import TrustedKey, VersionSignature
from .serializers import (
    BundleIn,
    RevocationIn,
    SignatureOut,
    SigningPolicyIn,
    SigningPolicyOut,
    TrustedKeyIn,
    TrustedKeyOut,
    VerdictOut,
)
from .verdicts import policy_of, verdict

MOST_SHOWN = 100


def _said(version: ModelVersion) -> dict[str, object]:
    found = verdict(version)
    rows = VersionSignature.objects.filter(version=version).select_related("key").order_by("-id")[: MOST_SHOWN + 1]
    names = ("state", "reason", "demand", "passes", "key")
    return VerdictOut({**{name: getattr(found, name) for name in names}, "signatures": rows}).data


class SignaturesView(APIView):
    """The signatures of a version, and what they come to now."""

    required_permissions = {"GET": "signing.view_versionsignature", "POST": "signing.add_versionsignature"}

    @extend_schema(operation_id="model_signatures", responses=VerdictOut)
    def get(self, request: Request, name: str, number: int) -> Response:
        version = model_version(request, name, number)
        viewing.version(request, version, "signatures")
        return Response(_said(version))

    @extend_schema(operation_id="model_signature_add", request=BundleIn, responses={201: SignatureOut})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Add a bundle; it is checked at once, and a bad one is kept with the reason."""
        version = model_version(request, name, number)
        require_change(request, version.model)
        data = BundleIn(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.add_signature(version, data.validated_data["bundle"], actor=request.actor)
        return Response(SignatureOut(row).data, status.HTTP_201_CREATED)


class BundleView(APIView):
    """One bundle as a file for the signing tool's own check."""

    required_permissions = {"GET": "signing.view_versionsignature"}

    @extend_schema(operation_id="model_signature_bundle", responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT})
    def get(self, request: Request, name: str, number: int, pk: uuid.UUID) -> JsonResponse:
        version = model_version(request, name, number)
        row = get_object_or_404(VersionSignature, version=version, pk=pk)
        viewing.version(request, version, "signature")
        return JsonResponse(row.bundle, content_type=MEDIA_TYPE)


class PolicyView(APIView):
    """What a model demands of signatures."""

    required_permissions = {"GET": "signing.view_signingpolicy", "PUT": "signing.change_signingpolicy"}

    @extend_schema(operation_id="model_signing_policy", responses=SigningPolicyOut)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        viewing.model(request, model, "signature policy")
        demand, signer = policy_of(RegisteredModel(pk=model.pk))
        return Response(SigningPolicyOut({"demand": demand.value, "signer": signer.value}).data)

    @extend_schema(operation_id="model_signing_policy_set", request=SigningPolicyIn, responses=SigningPolicyOut)
    def put(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        require_change(request, model)
        data = SigningPolicyIn(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.set_policy(model, **data.validated_data, actor=request.actor)
        return Response(SigningPolicyOut(row.as_dict()).data)


class TrustedKeysView(ListAPIView):
    """Public keys whose signatures count, newest first."""

    required_permissions = {"GET": "signing.view_trustedkey", "POST": "signing.add_trustedkey"}
    serializer_class = TrustedKeyOut
    queryset = TrustedKey.objects.none()

    def get_queryset(self) -> "QuerySet[TrustedKey]":
        visible = RegisteredModel.objects.visible_to(self.request.user)
        return TrustedKey.objects.filter(Q(model=None) | Q(model__in=visible)).select_related("model")

    @extend_schema(operation_id="signing_key_add", request=TrustedKeyIn, responses={201: TrustedKeyOut})
    def post(self, request: Request) -> Response:
        """Trust a public key, for all models or for one."""
        data = TrustedKeyIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        model = model_named(request, given["model"]) if given["model"] else None
        row = services.trust_key(given["name"], given["pem"], model=model, actor=request.actor)
        return Response(TrustedKeyOut(row).data, status.HTTP_201_CREATED)


class TrustedKeyRevokeView(APIView):
    """Ends the trust in a key."""

    required_permissions = {"POST": "signing.change_trustedkey"}

    @extend_schema(operation_id="signing_key_revoke", request=RevocationIn, responses=TrustedKeyOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        key = get_object_or_404(TrustedKey, pk=pk)
        data = RevocationIn(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            TrustedKeyOut(services.revoke_key(key, data.validated_data["reason"], actor=request.actor)).data
        )
