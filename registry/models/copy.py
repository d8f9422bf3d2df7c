"""Where the sealed bytes of an artifact lie, and how each copy is doing."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.locations.models import StorageLocation

from .artifact import Artifact


class CopyState(models.TextChoices):
    PENDING = "pending", "Pending"
    STORED = "stored", "Stored"
    FAILED = "failed", "Failed"
    MISSING = "missing", "Missing"
    DAMAGED = "damaged", "Damaged"


class ArtifactCopy(models.Model):
    """The file of one artifact in one location."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="copies", db_index=False)
    location = models.ForeignKey(StorageLocation, on_delete=models.PROTECT, related_name="copies", db_index=False)
    state = models.CharField(max_length=10, choices=CopyState, default=CopyState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    stored_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When the bytes were last read back.")
    check_result = models.CharField(max_length=300, blank=True, default="")
    checks = models.JSONField(default=list, blank=True, help_text="Each check of the last reading, with its outcome.")
    sealed_sha256 = models.CharField(
        max_length=64, blank=True, default="", help_text="SHA-256 of the sealed bytes, known once they were copied."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artifact", "location"], name="registry_one_copy_per_location"),
            models.CheckConstraint(condition=Q(state__in=CopyState.values), name="registry_copy_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state__in=["pending", "failed"]), name="registry_copies_due"
            ),
            models.Index(fields=["location", "state"], name="registry_copies_by_location"),
        ]

    def __str__(self) -> str:
        return f"{self.artifact_id} in {self.location}: {self.state}"
