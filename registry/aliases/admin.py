"""Aliases in the admin: to read, and to move those that are not protected."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import Invalid
from modelops.lib.service_admin import ServiceAddAdmin
from registry.models import ModelVersion
from registry.seeing import open_to

from . import services
from .forms import AliasOfModelForm
from .models import Alias, AliasChange, AliasPeriod


@admin.register(Alias)
class AliasAdmin(ServiceAddAdmin):
    list_display = ["name", "model", "version", "set_at"]
    list_select_related = ["model", "version__model"]
    search_fields = ["name", "model__name"]
    fields = readonly_fields = ["name", "model", "version", "set_at"]
    service_form = AliasOfModelForm
    service_title = "Set an alias"
    service_lede = "A protected alias does not move here: ask for its promotion, which others approve."
    service_submit = "Set the alias"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alias]:
        return Alias.objects.visible_to(request.user)

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        versions = ModelVersion.objects.visible_to(request.user).select_related("model")
        version = versions.filter(model__name=given["model"], number=given["version"]).first()
        if version is None:
            raise Invalid("There is no such version that you may see.", code="version.not_found", field="version")
        alias = services.set_alias(version.model, given["alias"], version, actor=request.actor)
        return f"{version} is now {alias.name!r}."


@admin.register(AliasChange)
class AliasChangeAdmin(ReadOnlyAdmin):
    list_display = ["alias", "model", "from_number", "to_number", "changed_at"]
    list_select_related = ["model"]
    search_fields = ["alias", "model__name"]
    fields = readonly_fields = ["alias", "model", "from_number", "to_number", "gates", "changed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AliasChange]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "model"))


@admin.register(AliasPeriod)
class AliasPeriodAdmin(ReadOnlyAdmin):
    list_display = ["alias", "model", "number", "during"]
    list_select_related = ["model"]
    search_fields = ["alias", "model__name"]
    fields = readonly_fields = ["alias", "model", "number", "during"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AliasPeriod]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "model"))
