"""Aliases over REST: what they point at, what they pointed at, and moving those that are not protected."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import NotFound
from registry import viewing
from registry.api.lookup import asks_for_deleted, model_named, model_version
from registry.grants.gate import require_change

from . import periods, services
from .lookup import alias_of_model
from .models import Alias, AliasPeriod
from .moments import asked_moment
from .serializers import AliasIn, AliasOut, AliasPeriodOut


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
        """Point an alias at a version. A protected alias is refused with 409: ask for a promotion instead."""
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
        # A deleted model has no aliases to show, so ?deleted=true finds none.
        found = None if asks_for_deleted(request) else alias_of_model.first(request.user, model=name, name=alias)
        if found is None:
            raise Http404
        viewing.model(request, found.model, "alias")
        return Response(AliasOut(found).data)

    @extend_schema(operation_id="model_alias_remove", responses={204: None})
    def delete(self, request: Request, name: str, alias: str) -> Response:
        """Remove the alias; the version stays."""
        found = _alias(request, name, alias)
        require_change(request, found.model)
        services.remove_alias(found, actor=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AliasHistoryView(ListAPIView):
    """What an alias pointed at, and when; it may be gone by now."""

    required_permissions = {"GET": "aliases.view_aliasperiod"}
    serializer_class = AliasPeriodOut
    queryset = AliasPeriod.objects.none()

    def get_queryset(self) -> "QuerySet[AliasPeriod]":
        model = model_named(self.request, self.kwargs["name"])
        return periods.history_of(model, self.kwargs["alias"])

    @extend_schema(operation_id="model_alias_history")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All periods, the newest first."""
        viewing.model(request, model_named(request, kwargs["name"]), "alias")
        return super().get(request, *args, **kwargs)


class AliasAtView(APIView):
    """What an alias pointed at, at one moment."""

    required_permissions = {"GET": "aliases.view_aliasperiod"}

    @extend_schema(
        operation_id="model_alias_at",
        parameters=[OpenApiParameter("at", str, required=True, description="A moment as 2026-11-22T10:00:00Z.")],
        responses=AliasPeriodOut,
    )
    def get(self, request: Request, name: str, alias: str) -> Response:
        """The period that holds the moment; 404 when the alias pointed at nothing then."""
        model = model_named(request, name)
        moment = asked_moment(request.query_params.get("at", ""))
        viewing.model(request, model, "alias")
        found = periods.live_at(model, alias, moment)
        if found is None:
            raise NotFound(
                f"{alias!r} of {model} pointed at no version at {moment.isoformat()}.", code="alias.nothing_live"
            )
        return Response(AliasPeriodOut(found).data)


def _alias(request: Request, name: str, alias: str) -> Alias:
    rows = Alias.objects.visible_to(request.user).select_related("version", "model")
    return get_object_or_404(rows, model=model_named(request, name), name=alias)
