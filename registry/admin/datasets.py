"""Datasets and their versions in the admin."""

from django.contrib import admin

from registry.models import Dataset, DatasetVersion

from .base import DeletableAdmin
from .models import AccessAdmin


@admin.register(Dataset)
class DatasetAdmin(AccessAdmin):
    list_display = ["name", "owner", "is_restricted", "created_at", "deletion"]
    list_select_related = ["owner"]
    list_filter = ["is_restricted"]
    search_fields = ["name"]
    fields = ["id", "name", "description", "owner", "is_restricted", "created_at", "deletion", "deletion_reason"]
    switches = ("is_restricted",)


@admin.register(DatasetVersion)
class DatasetVersionAdmin(DeletableAdmin):
    list_display = ["__str__", "file_format", "rows", "columns", "created_by", "created_at", "deletion"]
    list_select_related = ["dataset", "created_by"]
    list_filter = ["file_format"]
    search_fields = ["dataset__name"]
    fields = [
        "id", "dataset", "number", "file_format", "rows", "columns", "schema", "artifact", "created_by", "created_at",
        "deletion", "deletion_reason",
    ]  # fmt: skip
    readonly_fields = ["deletion"]
