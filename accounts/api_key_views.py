"""One's own API keys over REST: people list, issue, replace and revoke them; a key sees and ends itself."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import NotAllowed
from modelops.rest.permissions import SIGNED_IN

from . import services
from .models import ApiKey
from .serializers import ApiKeyIn, ApiKeyOut, IssuedKeyOut, RotationIn
from .services.step_up import require_fresh_factor
from .workload.models import ExchangedToken

_STEP_UP = {
    401: OpenApiResponse(description="A fresh second factor is needed (step_up.required); see challenge_url."),
    403: OpenApiResponse(description="Sent with an API key (api_key.needs_person)."),
}


def _keys(request: Request) -> "QuerySet[ApiKey]":
    """The keys of the caller's account; of a key, itself alone."""
    own = ApiKey.objects.owned_by(request.user)
    if isinstance(request.auth, ApiKey):
        return own.filter(pk=request.auth.pk)
    return own.none() if isinstance(request.auth, ExchangedToken) else own


def _require_person(request: Request) -> None:
    """A key must not make keys: it could outlive its own end."""
    if isinstance(request.auth, ApiKey | ExchangedToken):
        raise NotAllowed(
            "An API key cannot make another one. Sign in to the portal, or to the API as a person.",
            code="api_key.needs_person",
        )
    require_fresh_factor(request)


class ApiKeysView(ListAPIView):
    """One's own API keys, newest first."""

    required_permissions = {"GET": SIGNED_IN, "POST": SIGNED_IN}
    answers_hold_secrets = True
    serializer_class = ApiKeyOut
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> "QuerySet[ApiKey]":
        return _keys(self.request)

    @extend_schema(operation_id="api_keys_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="api_key_issue", request=ApiKeyIn, responses={201: IssuedKeyOut, **_STEP_UP})
    def post(self, request: Request) -> Response:
        """Issue a key of one's own; this answer alone shows it. Needs a fresh second factor."""
        _require_person(request)
        data = ApiKeyIn(data=request.data)
        data.is_valid(raise_exception=True)
        key, text = services.issue_api_key(request.user, **data.validated_data, actor=request.actor)
        return Response(IssuedKeyOut(key, context={"text": text}).data, status.HTTP_201_CREATED)


class ApiKeyView(APIView):
    """One API key of one's own."""

    required_permissions = {"GET": SIGNED_IN, "DELETE": SIGNED_IN}

    @extend_schema(operation_id="api_key_retrieve", responses=ApiKeyOut)
    def get(self, request: Request, pk: Any) -> Response:
        return Response(ApiKeyOut(get_object_or_404(_keys(request), pk=pk)).data)

    @extend_schema(operation_id="api_key_revoke", responses={204: None})
    def delete(self, request: Request, pk: Any) -> Response:
        """Stop the key with its next request."""
        services.revoke_api_key(get_object_or_404(_keys(request), pk=pk), actor=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ApiKeyRotateView(APIView):
    """Replaces a key of one's own."""

    required_permissions = {"POST": SIGNED_IN}
    answers_hold_secrets = True

    @extend_schema(operation_id="api_key_rotate", request=RotationIn, responses={201: IssuedKeyOut, **_STEP_UP})
    def post(self, request: Request, pk: Any) -> Response:
        """A new key with the same scopes; the old one works on for the overlap. Needs a fresh second factor."""
        _require_person(request)
        key = get_object_or_404(_keys(request), pk=pk)
        data = RotationIn(data=request.data)
        data.is_valid(raise_exception=True)
        successor, text = services.rotate_api_key(key, **data.validated_data, actor=request.actor)
        return Response(IssuedKeyOut(successor, context={"text": text}).data, status.HTTP_201_CREATED)
