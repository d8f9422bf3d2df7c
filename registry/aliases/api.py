"""Aliases over REST: a pipeline promotes with one call and reads the reason of a refusal."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import viewing
from registry.api.lookup import model_named, model_version
from registry.grants.gate import require_change

from . import services
from .models import Alias
from .serializers import AliasIn, AliasOut


class AliasesView(ListAPIView):
    """The aliases of a model."""

    required_permissions = {"GET": "aliases.view_alias", "POST": "aliases.add_alias"}
    serializer_class = AliasOut
    queryset = Alias.objects.none()

    def get_queryset(self) -> "QuerySet[Alias]":
        model = model_named(self.request, self.kwargs["name"])
        return Alias.objects.visible_to(self.request.user).filter(model=model).select_related("version")

    @extend_schema(operation_id="model_alias_set", request=AliasIn, responses={200: AliasOut})
    def post(self, request: Request, name: str) -> Response:
        """Point an alias at a version; a protected alias asks the gates, and 409 tells which refused and why."""
        data = AliasIn(data=request.data)
        data.is_valid(raise_exception=True)
        version = model_version(request, name, data.validated_data["version"])
        require_change(request, version.model)
        alias = services.set_alias(version.model, data.validated_data["alias"], version, actor=request.actor)
        return Response(AliasOut(alias).data)


class AliasView(APIView):
    """One alias."""

    required_permissions = {"GET": "aliases.view_alias", "DELETE": "aliases.delete_alias"}

    @extend_schema(operation_id="model_alias", responses=AliasOut)
    def get(self, request: Request, name: str, alias: str) -> Response:
        found = _alias(request, name, alias)
        viewing.model(request, found.model, "alias")
        return Response(AliasOut(found).data)

    @extend_schema(operation_id="model_alias_remove", responses={204: None})
    def delete(self, request: Request, name: str, alias: str) -> Response:
        """Remove the alias; the version stays."""
        found = _alias(request, name, alias)
        require_change(request, found.model)
        services.remove_alias(found, actor=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _alias(request: Request, name: str, alias: str) -> Alias:
    rows = Alias.objects.visible_to(request.user).select_related("version", "model")
    return get_object_or_404(rows, model=model_named(request, name), name=alias)
