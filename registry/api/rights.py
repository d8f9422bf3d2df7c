"""What the caller may do with one model or dataset; also the question that a gateway before a deployed model asks."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import NotAllowed, NotFound
from registry import viewing
from registry.grants.models import Use
from registry.grants.report import page_of
from registry.grants.rules import may_act, require_reviewing

from .lookup import dataset_named, model_named


class MayOut(serializers.Serializer):
    model = serializers.CharField()
    action = serializers.CharField()


class ModelMayView(APIView):
    """Whether the caller may ask a deployed model for predictions or explanations.

    The gateway in front of the model sends the caller's own credential here and lets the call pass on 200.
    """

    required_permissions = {"GET": "registry.view_registeredmodel"}

    @extend_schema(
        operation_id="model_may",
        responses={200: MayOut, 403: OpenApiResponse(description="Neither a role nor a grant allows it.")},
    )
    def get(self, request: Request, name: str, action: str) -> Response:
        """200 when the account and its key may; 403 when not; 404 for a model that the caller may not know of."""
        if action not in Use.values:
            raise NotFound(f"There is no use {action[:40]!r}; ask for {' or '.join(Use.values)}.", code="use.not_found")
        model: Any = model_named(request, name)
        if not may_act(request.user, model, action):
            raise NotAllowed(
                f"Neither your role nor a grant lets you {action} with {model}, or the API key does not name "
                f"access.{action}. Ask the model's owner.",
                code="permission.denied",
            )
        return Response(MayOut({"model": model.name, "action": action}).data, headers={"Cache-Control": "no-store"})


class HeldOut(serializers.Serializer):
    action = serializers.CharField(source="action.key")
    reasons = serializers.ListField(child=serializers.CharField())
    last_used = serializers.DateTimeField(allow_null=True, help_text="Within a year, by the audit log.")
    is_unused = serializers.BooleanField(help_text="It could have been used for 90 days and was not.")


class LineOut(serializers.Serializer):
    user = serializers.CharField(source="user.username")
    role = serializers.CharField(source="user.role")
    actions = HeldOut(source="held", many=True)


class AccessReportOut(serializers.Serializer):
    results = LineOut(source="lines", many=True)
    next_after = serializers.CharField(help_text="Send it as ?after= for the next page; empty at the end.")


class _AccessView(APIView):
    """Who may do what, by which right, and when it was last used; a page of accounts by name."""

    required_permissions: dict[str, str]

    def report(self, request: Request, governed: Any) -> Response:
        require_reviewing(request.user, governed)
        page = page_of(governed, after=request.query_params.get("after", "")[:150].replace("\x00", ""))
        viewing.access(request, governed)
        return Response(AccessReportOut(page).data)


_AFTER = OpenApiParameter("after", str, description="The account to go on after: next_after of the page before.")


class ModelAccessView(_AccessView):
    """Of a model."""

    required_permissions = {"GET": "registry.view_registeredmodel"}

    @extend_schema(operation_id="model_access_report", parameters=[_AFTER], responses=AccessReportOut)
    def get(self, request: Request, name: str) -> Response:
        """For the owner, and for who reviews access."""
        return self.report(request, model_named(request, name))


class DatasetAccessView(_AccessView):
    """Of a dataset."""

    required_permissions = {"GET": "registry.view_dataset"}

    @extend_schema(operation_id="dataset_access_report", parameters=[_AFTER], responses=AccessReportOut)
    def get(self, request: Request, name: str) -> Response:
        """For the owner, and for who reviews access."""
        return self.report(request, dataset_named(request, name))
