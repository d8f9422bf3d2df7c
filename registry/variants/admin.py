"""Variants in the admin: to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin

from .models import Variant


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ["version", "name", "kind", "origin", "state", "ratio", "created_at", "finished_at"]
    list_select_related = ["version__model", "version__artifact", "artifact"]
    list_filter = ["state", "origin", "kind"]
    search_fields = ["version__model__name", "name"]
    fields = readonly_fields = [
        "id", "version", "name", "kind", "origin", "state", "failure", "artifact", "ratio", "file_format",
        "parent_sha256", "options", "report", "metrics", "tool", "duration_s", "created_at", "finished_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return Variant.objects.visible_to(request.user)

    @admin.display(description="size ratio")
    def ratio(self, variant: Variant) -> str:
        """Size as a part of the parent's."""
        return "–" if variant.size_ratio is None else f"{variant.size_ratio:.1%}"
