"""What the caller may do with one model or dataset; also the question that a gateway before a deployed model asks."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import NotAllowed, NotFound
from registry.grants.models import Use
from registry.grants.rules import may_act

from .lookup import model_named


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
