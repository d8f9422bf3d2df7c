"""Sealed files in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from registry.models import Artifact, Dataset, RegisteredModel

from .base import LookOnlyAdmin


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Artifact]:
        """Files whose model or dataset this person may know of."""
        models = RegisteredModel.objects.hidden_from(request.user)
        datasets = Dataset.objects.hidden_from(request.user)
        rows = super().get_queryset(request).exclude(dataset_version__dataset__in=datasets)
        for path in ("model_version__model", "version_file__version__model", "variant__version__model"):
            rows = rows.exclude(**{f"{path}__in": models})
        return rows

    @admin.display(description="SHA-256")
    def short_digest(self, artifact: Artifact) -> str:
        return f"{artifact.sha256[:16]}…"
