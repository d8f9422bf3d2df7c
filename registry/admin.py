"""The registry in the admin: to look at. What changes goes through services, in the portal and the REST interface."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import Artifact, Dataset, DatasetVersion, ModelVersion, ModelVersionDataset, RegisteredModel


class LookOnlyAdmin(admin.ModelAdmin):
    """Neither add nor change nor delete: versions are immutable and every change has a service."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DatasetsOfVersion(admin.TabularInline):
    model = ModelVersionDataset
    fields = ["dataset_version"]
    extra = 0
    verbose_name_plural = "Trained on"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersionDataset]:
        return super().get_queryset(request).select_related("dataset_version__dataset", "model_version__model")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("registry.view_modelversion")


@admin.register(RegisteredModel)
class RegisteredModelAdmin(LookOnlyAdmin):
    list_display = ["name", "task_type", "owner", "created_at"]
    list_select_related = ["owner"]
    list_filter = ["task_type"]
    search_fields = ["name"]
    fields = ["id", "name", "task_type", "description", "owner", "created_at"]


@admin.register(ModelVersion)
class ModelVersionAdmin(LookOnlyAdmin):
    list_display = ["__str__", "state", "file_format", "key_version", "created_by", "created_at"]
    list_select_related = ["model", "artifact", "created_by"]
    list_filter = ["state", "file_format"]
    search_fields = ["model__name"]
    # The parameters are left out: decrypted text is shown in the portal only, where reading it is recorded.
    fields = [
        "id", "model", "number", "state", "file_format", "artifact", "metrics", "tags", "created_by", "created_at",
    ]  # fmt: skip
    inlines = [DatasetsOfVersion]

    @admin.display(description="key version", ordering="artifact__key_version")
    def key_version(self, version: ModelVersion) -> int:
        return version.artifact.key_version


@admin.register(Dataset)
class DatasetAdmin(LookOnlyAdmin):
    list_display = ["name", "owner", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]
    fields = ["id", "name", "description", "owner", "created_at"]


@admin.register(DatasetVersion)
class DatasetVersionAdmin(LookOnlyAdmin):
    list_display = ["__str__", "file_format", "rows", "columns", "created_by", "created_at"]
    list_select_related = ["dataset", "created_by"]
    list_filter = ["file_format"]
    search_fields = ["dataset__name"]
    fields = [
        "id", "dataset", "number", "file_format", "rows", "columns", "schema", "artifact", "created_by", "created_at",
    ]  # fmt: skip


@admin.register(Artifact)
class ArtifactAdmin(LookOnlyAdmin):
    list_display = ["file_name", "short_digest", "size", "location", "key_version", "is_sound", "verified_at"]
    list_filter = ["location", "key_version", "is_sound"]
    search_fields = ["sha256"]
    # The wrapped key is left out: nobody has a use for it on a page.
    fields = [
        "id", "file_name", "sha256", "size", "cipher", "location", "storage_name", "key_version", "created_at",
        "verified_at", "is_sound",
    ]  # fmt: skip

    @admin.display(description="SHA-256")
    def short_digest(self, artifact: Artifact) -> str:
        return f"{artifact.sha256[:16]}…"
