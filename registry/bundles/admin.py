"""Imported bundles in the admin, to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin
from registry.seeing import open_to

from .models import ImportedBundle


@admin.register(ImportedBundle)
class ImportedBundleAdmin(ReadOnlyAdmin):
    list_display = ["version", "source_model", "source_version", "key", "imported_at"]
    list_select_related = ["version__model", "key"]
    search_fields = ["source_model", "version__model__name"]
    fields = readonly_fields = [
        "id", "version", "source_model", "source_version", "key", "manifest_sha256", "imported_at",
        "history",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportedBundle]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "version__model"))
