"""Data sources in the admin: added and changed by services; imports are read."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.service_admin import ServiceAddAdmin, form_page
from registry.seeing import open_to

from . import services
from .forms import SourceChangeForm, SourceForm
from .models import DataImport, DataSource


@admin.register(DataSource)
class DataSourceAdmin(ServiceAddAdmin):
    """Which places dataset versions may be read from, and by whom."""

    service_form = SourceForm
    service_title = "Add a data source"
    service_lede = "Dataset versions are read from there and sealed. The portal writes nothing to it."
    service_submit = "Add the source"
    change_form_template = "admin/sources/source.html"
    list_display = ["name", "kind", "readers", "is_enabled", "changed_at"]
    fields = readonly_fields = [
        "id", "name", "kind", "options", "secret", "readers", "is_enabled", "created_at", "changed_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("secret").prefetch_related("roles")
        return rows

    def get_urls(self) -> list[URLPattern]:
        """With the page on which a row is changed."""
        edit = self.admin_site.admin_view(self.edit)
        return [path("<uuid:pk>/edit/", edit, name="sources_datasource_edit"), *super().get_urls()]

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        """Add it."""
        source = services.add_source(**given, actor=request.actor)  # type: ignore[attr-defined]
        return f"{source} is added."

    def edit(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Change its place, secret or readers, or close it."""
        if not request.user.has_perm("sources.change_datasource"):
            raise PermissionDenied
        source = get_object_or_404(self.get_queryset(request), pk=pk)
        shown = SourceChangeForm(request.POST) if request.method == "POST" else None
        form = shown or SourceChangeForm(initial=SourceChangeForm.typed(source))

        def perform(given: dict[str, Any]) -> str:
            services.change_source(source, **given, actor=request.actor)  # type: ignore[attr-defined]
            return f"{source} is changed."

        return form_page(self, request, form, perform, title=f"Change {source}", submit="Save the changes")

    @admin.display(description="readers")
    def readers(self, source: DataSource) -> str:
        return ", ".join(sorted(role.name for role in source.roles.all())) or "nobody"


@admin.register(DataImport)
class DataImportAdmin(ReadOnlyAdmin):
    list_display = ["dataset", "version", "source", "size", "state", "created_at", "finished_at"]
    list_select_related = ["dataset", "version__dataset", "source"]
    list_filter = ["state", "source"]
    fields = readonly_fields = [
        "id", "dataset", "version", "source", "key", "size", "tag", "subject_column", "state", "failure", "job",
        "requested_by", "created_at", "finished_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataImport]:
        return super().get_queryset(request).filter(open_to(request.user, "dataset", "dataset"))
