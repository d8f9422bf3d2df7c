"""Deployment endpoints over REST."""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid
from registry.models import RegisteredModel

from . import services
from .models import LONGEST_URL, DeploymentEndpoint

_ADD, _CHANGE, _DELETE, _VIEW = (f"endpoints.{verb}_deploymentendpoint" for verb in ("add", "change", "delete", "view"))
_HOW = "oauth2, api_key, mutual_tls, other or none; empty while nobody has recorded it."


class EndpointChangeIn(serializers.Serializer):
    name = serializers.CharField(max_length=100, help_text="Once for each model.")
    version = serializers.IntegerField(
        source="version_number",
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Number of the registered version that answers there; null: not recorded.",
    )
    url = serializers.CharField(max_length=LONGEST_URL, help_text="An address that answers GET; it is looked at.")
    authentication = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text=_HOW)
    is_required = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whether a caller must authenticate; null: not recorded.",
    )
    is_role_based = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whether roles decide who may call; null: not recorded.",
    )


class EndpointIn(EndpointChangeIn):
    model = serializers.CharField(max_length=200, help_text="Name of the registered model that answers there.")


class EndpointOut(serializers.ModelSerializer):
    model = serializers.CharField(source="model.name", read_only=True)
    version = serializers.IntegerField(source="version_number", read_only=True, allow_null=True)
    authentication = serializers.CharField(read_only=True, help_text=_HOW)
    verdict = serializers.CharField(
        read_only=True, help_text="What the last look without a credential has shown: never, refused, open, unclear or "
        "unreachable.",
    )  # fmt: skip
    is_exposed = serializers.BooleanField(read_only=True, help_text="Authentication is required, and yet it answered.")

    class Meta:
        model = DeploymentEndpoint
        fields = (
            "id", "model", "version", "name", "url", "authentication", "is_required", "is_role_based", "verdict",
            "is_exposed", "answer", "problem", "probed_at", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class EndpointsView(ListAPIView):
    """Deployment endpoints of the models that the caller may see, by name."""

    required_permissions = {"GET": _VIEW, "POST": _ADD}
    serializer_class = EndpointOut
    queryset = DeploymentEndpoint.objects.none()

    def get_queryset(self) -> "QuerySet[DeploymentEndpoint]":
        return DeploymentEndpoint.objects.visible_to(self.request.user).alive().select_related("model")

    @extend_schema(operation_id="deployment_endpoint_add", request=EndpointIn, responses={201: EndpointOut})
    def post(self, request: Request) -> Response:
        """Record where a model answers, and how it knows who calls. It is looked at within minutes."""
        data = EndpointIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = dict(data.validated_data)
        name = given.pop("model")
        model = RegisteredModel.objects.visible_to(request.user).filter(name=name).first()
        if model is None:
            raise Invalid(
                f"There is no model named {name}, or you may not see it.", code="endpoint.no_model", field="model"
            )
        row = services.add_endpoint(model, **given, actor=request.actor)
        return Response(EndpointOut(row).data, status=201)


class EndpointView(APIView):
    """One deployment endpoint."""

    required_permissions = {"GET": _VIEW, "PATCH": _CHANGE, "DELETE": _DELETE}

    @extend_schema(operation_id="deployment_endpoint_retrieve", responses=EndpointOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(EndpointOut(_visible(request, pk)).data)

    @extend_schema(operation_id="deployment_endpoint_change", request=EndpointChangeIn, responses=EndpointOut)
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Change what is recorded. Another address is looked at anew."""
        row = _visible(request, pk)
        data = EndpointChangeIn(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        return Response(EndpointOut(services.change_endpoint(row.pk, **data.validated_data, actor=request.actor)).data)

    @extend_schema(operation_id="deployment_endpoint_remove", responses={204: None})
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """Remove the record."""
        services.remove_endpoint(_visible(request, pk), actor=request.actor)
        return Response(status=204)


class ProbeView(APIView):
    """A look at one deployment endpoint."""

    required_permissions = {"POST": _CHANGE}

    @extend_schema(operation_id="deployment_endpoint_probe", request=None, responses=EndpointOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Ask the endpoint now, without any credential; the answer says what it did."""
        return Response(EndpointOut(services.probe(_visible(request, pk), actor=request.actor)).data)


def _visible(request: Request, pk: uuid.UUID) -> DeploymentEndpoint:
    rows = DeploymentEndpoint.objects.visible_to(request.user).alive().select_related("model")
    row: DeploymentEndpoint = get_object_or_404(rows, pk=pk)
    return row
