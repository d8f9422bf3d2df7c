"""Tags and descriptions of models and versions in the admin: to read, by whoever may read the models."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin
from registry.models import ModelVersion, RegisteredModel

from .models import ModelLabels, VersionLabels


class _LabelsAdmin(ReadOnlyAdmin):
    """Labels have no permission of their own: what they are about has one."""

    needed: str

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the model or version may be seen."""
        return bool(request.user.has_perm(self.needed))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same for the index."""
        return self.has_view_permission(request)


@admin.register(ModelLabels)
class ModelLabelsAdmin(_LabelsAdmin):
    needed = "registry.view_registeredmodel"
    list_display = ["model", "is_prompt", "tags"]
    list_filter = ["is_prompt"]
    list_select_related = ["model"]
    search_fields = ["model__name"]
    fields = readonly_fields = ["model", "is_prompt", "tags"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ModelLabels]":
        seen = RegisteredModel.objects.visible_to(request.user)
        return ModelLabels.objects.filter(model__in=seen.values("pk"))


@admin.register(VersionLabels)
class VersionLabelsAdmin(_LabelsAdmin):
    needed = "registry.view_modelversion"
    list_display = ["version", "description", "is_archived", "tags", "changed_at"]
    list_filter = ["is_archived"]
    list_select_related = ["version__model"]
    search_fields = ["version__model__name"]
    fields = readonly_fields = [
        "version", "description", "tags", "is_archived", "source", "run_id", "logged_model_id", "run_link",
        "changed_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[VersionLabels]":
        seen = ModelVersion.objects.visible_to(request.user)
        return VersionLabels.objects.filter(version__in=seen.values("pk"))
