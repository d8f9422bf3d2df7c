"""All versions of all models as one list, and the filters that a person keeps."""

import uuid
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.rest.first_pages import FirstPage
from modelops.rest.pagination import KeysetPagination
from registry.lineage import trained_on
from registry.listing import VERSION_SORTS, asked_version_sort, narrowed_versions
from registry.listing.asked import text_of
from registry.listing.saved import remove_filter, save_filter
from registry.listing.shown import SEARCHED, shown_versions
from registry.models import FilteredList, ModelVersion, SavedFilter
from registry.serializers import ModelVersionOut

from .strict import StrictSerializer

_FILTERS = [
    OpenApiParameter("q", str, description="A part of the model's name."),
    OpenApiParameter("task_type", str),
    OpenApiParameter("risk_class", str),
    OpenApiParameter("owner", str, description="Name of the account that owns the model, or me."),
    OpenApiParameter("alias", str, description="Only versions that an alias of this name points at."),
    OpenApiParameter("state", str, description="ready or quarantined."),
    OpenApiParameter("file_format", str),
    OpenApiParameter("tag", str, description="team, or team=search."),
    OpenApiParameter("dataset", str, description="Trained on flights, or on flights:2."),
    OpenApiParameter("lineage", str, description="complete or incomplete."),
    OpenApiParameter("metric", str, description="Only versions that say a number for it."),
    OpenApiParameter("min", float, description="Least value of the metric."),
    OpenApiParameter("max", float, description="Greatest value of the metric."),
    OpenApiParameter("sort", str, enum=list(VERSION_SORTS), description="highest and lowest go by the metric."),
]


class VersionPages(KeysetPagination):
    """Pages in the order that is asked for."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        column = asked_version_sort(request.query_params)
        return (column,) if column.endswith("id") else (column, "-id")


class VersionsView(ListAPIView):
    """Versions of every model that one may see, narrowed and sorted."""

    required_permissions = {"GET": "registry.view_modelversion"}
    serializer_class = ModelVersionOut
    pagination_class = VersionPages
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> Any:
        asked, user = self.request.query_params, self.request.user
        if SEARCHED.issuperset(asked) and VERSION_SORTS.get(asked.get("sort") or "newest") in {"-id", "id"}:
            return FirstPage(partial(shown_versions, user, text_of(asked, "q", 100)))
        versions = narrowed_versions(self.request.user, self.request.query_params).with_origin()
        versions = versions.select_related("model", "artifact__inspection")
        return versions.prefetch_related(trained_on(self.request.user), "artifact__copies__location")

    @extend_schema(operation_id="versions_list", parameters=_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class SavedFilterIn(StrictSerializer):
    target = serializers.CharField(help_text=", ".join(FilteredList.values))
    name = serializers.CharField(max_length=200)
    query = serializers.DictField(child=serializers.CharField(max_length=250), help_text='{"task_type": "regression"}')


class SavedFilterOut(serializers.ModelSerializer):
    target = serializers.CharField(read_only=True)
    query = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = SavedFilter
        fields = ("id", "target", "name", "query", "created_at")
        read_only_fields = fields


class SavedFiltersView(ListAPIView):
    """One's own kept filters; nobody sees those of others."""

    required_permissions = {"GET": "registry.view_registeredmodel", "POST": "registry.view_registeredmodel"}
    serializer_class = SavedFilterOut
    queryset = SavedFilter.objects.none()

    def get_queryset(self) -> "QuerySet[SavedFilter]":
        return SavedFilter.objects.filter(owner_id=self.request.user.pk)

    @extend_schema(operation_id="saved_filters_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="saved_filter_add", request=SavedFilterIn, responses={201: SavedFilterOut})
    def post(self, request: Request) -> Response:
        """Keep a filter of a list under a name."""
        data = SavedFilterIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        row = save_filter(request.user, given["target"], given["name"], given["query"], actor=request.actor)
        return Response(SavedFilterOut(row).data, status=201)


class SavedFilterView(APIView):
    """One kept filter."""

    required_permissions = {"DELETE": "registry.view_registeredmodel"}

    @extend_schema(operation_id="saved_filter_remove", responses={204: None})
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        remove_filter(get_object_or_404(SavedFilter, pk=pk, owner_id=request.user.pk), actor=request.actor)
        return Response(status=204)
