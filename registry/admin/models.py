"""Models and versions in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from registry.grants.gate import require_managing
from registry.grants.rules import may_manage
from registry.grants.services import change_access
from registry.models import DatasetVersion, ModelVersion, ModelVersionDataset, RegisteredModel

from .base import DeletableAdmin


class DatasetsOfVersion(admin.TabularInline):
    model = ModelVersionDataset
    fields = ["dataset_version"]
    extra = 0
    verbose_name_plural = "Trained on"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersionDataset]:
        known = DatasetVersion.objects.known_to(request.user)
        rows = super().get_queryset(request).filter(dataset_version__in=known)
        return rows.select_related("dataset_version__dataset", "model_version__model")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("registry.view_modelversion")


class AccessAdmin(DeletableAdmin):
    """Rows whose access is decided here too, by the owner and by who manages all access."""

    switches: tuple[str, ...] = ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and not obj.is_deleted and may_manage(request.user, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [str(name) for name in self.fields or () if name not in self.switches]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, which records what changed."""
        present = self.model._base_manager.get(pk=obj.pk)
        require_managing(request, present)
        change_access(present, **{name: form.cleaned_data[name] for name in self.switches}, actor=request.actor)


@admin.register(RegisteredModel)
class RegisteredModelAdmin(AccessAdmin):
    list_display = ["name", "task_type", "owner", "is_restricted", "created_at", "changed_at", "deletion"]
    list_select_related = ["owner"]
    list_filter = ["task_type", "risk_class", "is_restricted"]
    search_fields = ["name"]
    # The hash of the access code is left out: nobody has a use for it on a page.
    fields = [
        "id", "name", "task_type", "description", "purpose", "risk_class", "owner", "is_restricted",
        "needs_step_up", "has_access_code", "primary_metric", "metric_directions",
        "created_at", "changed_at", "deletion", "deletion_reason",
    ]  # fmt: skip
    switches = ("is_restricted", "needs_step_up")

    @admin.display(boolean=True, description="asks for an access code")
    def has_access_code(self, model: RegisteredModel) -> bool:
        return model.has_access_code


@admin.register(ModelVersion)
class ModelVersionAdmin(DeletableAdmin):
    list_display = ["__str__", "state", "file_format", "key_version", "created_by", "created_at", "deletion"]
    list_select_related = ["model", "artifact", "created_by"]
    list_filter = ["state", "file_format"]
    search_fields = ["model__name"]
    # The parameters are left out: decrypted text is shown in the portal only, where reading it is recorded.
    fields = [
        "id", "model", "number", "state", "file_format", "artifact", "metrics", "tags", "source_commit",
        "run_reference", "created_by", "created_at", "deletion", "deletion_reason",
    ]  # fmt: skip
    readonly_fields = ["deletion"]
    inlines = [DatasetsOfVersion]

    @admin.display(description="key version", ordering="artifact__key_version")
    def key_version(self, version: ModelVersion) -> int:
        return version.artifact.key_version
