"""Secrets over REST: to add, to replace, to remove. No answer carries a value."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading

from . import services
from .audit_events import SECRET_VIEWED
from .models import StoredSecret
from .serializers import SecretIn, SecretOut, SecretRowOut, SecretValueIn

CHANGE = "secret_store.change_storedsecret"


class SecretsView(ListAPIView):
    """Secrets without their values, newest first."""

    required_permissions = {"GET": "secret_store.view_storedsecret", "POST": "secret_store.add_storedsecret"}
    serializer_class = SecretRowOut
    queryset = StoredSecret.objects.none()

    def get_queryset(self) -> "QuerySet[StoredSecret]":
        return StoredSecret.objects.visible_to(self.request.user)

    @extend_schema(request=SecretIn, responses={201: SecretOut})
    def post(self, request: Request) -> Response:
        """Store a secret; its value is sealed and never given out again."""
        data = SecretIn(data=request.data)
        data.is_valid(raise_exception=True)
        secret = services.set_secret(**data.validated_data, actor=request.actor)
        return Response(SecretOut(secret).data, status.HTTP_201_CREATED)


class SecretView(APIView):
    """One secret without its value."""

    required_permissions = {"GET": "secret_store.view_storedsecret", "DELETE": "secret_store.delete_storedsecret"}

    @extend_schema(operation_id="secret_retrieve", responses=SecretOut)
    def get(self, request: Request, name: str) -> Response:
        secret = _secret(request, name)
        record_reading(SECRET_VIEWED, secret, request=request, name=secret.name)
        return Response(SecretOut(secret).data)

    @extend_schema(operation_id="secret_destroy", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove a secret that nothing refers to."""
        services.delete_secret(_secret(request, name), actor=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SecretReplaceView(APIView):
    """Gives a secret another value; whoever refers to it uses the new one from now on."""

    required_permissions = {"POST": CHANGE}

    @extend_schema(operation_id="secret_replace", request=SecretValueIn, responses=SecretOut)
    def post(self, request: Request, name: str) -> Response:
        data = SecretValueIn(data=request.data)
        data.is_valid(raise_exception=True)
        secret = services.replace_secret(_secret(request, name), **data.validated_data, actor=request.actor)
        return Response(SecretOut(secret).data)


def _secret(request: Request, name: str) -> StoredSecret:
    return get_object_or_404(StoredSecret.objects.visible_to(request.user), name=name)
