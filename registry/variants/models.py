"""A file that was derived from a version: its kind, its parent, and what it came to."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import Artifact, ModelVersion
from registry.seeing import open_to


class VariantState(models.TextChoices):
    QUEUED = "queued", "Queued"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Origin(models.TextChoices):
    DERIVED = "derived", "Derived here"
    UPLOADED = "uploaded", "Uploaded"


class VariantQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Variants of the versions that ``user`` may know of."""
        if not user.is_active or not user.has_perm("variants.view_variant"):
            return self.none()
        rows = self.filter(version__deleted_at=None, version__model__deleted_at=None)
        return rows.filter(open_to(user, "model", "version__model"))


class Variant(models.Model):
    """One derived file. It never changes its parent, and nothing but its metrics changes once it is ready."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="variants")
    name = models.CharField(max_length=100, help_text="Unique within the version: float16, int8.")
    kind = models.CharField(max_length=20, help_text="float16, onnx-int8, or quantised and the like for uploaded ones.")
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=10, choices=VariantState)
    artifact = models.OneToOneField(Artifact, null=True, on_delete=models.PROTECT, related_name="variant")
    file_format = models.CharField(max_length=32, blank=True, default="")
    parent_sha256 = models.CharField(max_length=64, help_text="Digest of the file that it was made from.")
    options = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True, help_text="What was converted and what was kept.")
    metrics = models.JSONField(default=dict, blank=True, help_text="Measured for the variant, by name.")
    tool = models.CharField(max_length=200, blank=True, default="", help_text="What made it, with version.")
    duration_s = models.FloatField(null=True)
    failure = models.CharField(max_length=500, blank=True, default="")
    job_id = models.UUIDField(null=True, help_text="The job that makes or made it.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="variants_name_once"),
            models.CheckConstraint(condition=Q(state__in=VariantState.values), name="variants_state_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="variants_origin_known"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(artifact__isnull=False), name="variants_ready_has_a_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.name}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def size_ratio(self) -> float | None:
        """Its size as a part of its parent's; 0.5 for half of it."""
        return self.artifact.size / self.version.artifact.size if self.artifact else None

    @property
    def metric_changes(self) -> list[dict[str, Any]]:
        """For each metric of the variant: its value, the parent's, and the change."""
        said = []
        for name in sorted(self.metrics):
            value, before = self.metrics[name], self.version.metrics.get(name)
            change = value - before if before is not None else None
            said.append({"name": name, "value": value, "parent": before, "change": change})
        return said
