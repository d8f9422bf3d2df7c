"""A model that a run logged: files with a name, before anybody registers them."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7
from registry.tracking.querysets import LoggedModelQuerySet

from .experiment import Experiment
from .run import Run


class LoggedModelStatus(models.TextChoices):
    PENDING = "LOGGED_MODEL_PENDING", "Being logged"
    READY = "LOGGED_MODEL_READY", "Ready"
    FAILED = "LOGGED_MODEL_UPLOAD_FAILED", "Failed"


class LoggedModelManager(models.Manager.from_queryset(LoggedModelQuerySet)):  # type: ignore[misc]
    """Leaves the encrypted parameters in the database until they are asked for."""

    def get_queryset(self) -> LoggedModelQuerySet:
        return super().get_queryset().defer("parameters")


class LoggedModel(models.Model):
    """Its files lie under `artifact_root`; a model version can be made of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="logged_models")
    source_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="logged_models")
    name = models.CharField(max_length=500)
    model_type = models.CharField(max_length=500, blank=True, default="")
    status = models.CharField(max_length=30, choices=LoggedModelStatus, default=LoggedModelStatus.PENDING)
    tags = models.JSONField(default=dict, blank=True)
    parameters: Any = EncryptedJSONField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="logged_models"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = LoggedModelManager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LoggedModelStatus.values), name="tracking_model_status"),
        ]
        indexes = [
            models.Index(fields=["experiment", "-created_at", "id"], name="tracking_model_newest"),
            GinIndex(fields=["tags"], name="tracking_model_tags"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.model_id}"

    @property
    def audit_label(self) -> str:
        """What the ledger calls it: its id, since a name is anybody's text."""
        return self.model_id

    @property
    def model_id(self) -> str:
        """``m-`` and 32 hexadecimal digits, as the protocol has it."""
        return f"m-{self.id.hex}"

    @property
    def artifact_root(self) -> str:
        """Where its files lie, without a host."""
        return f"{self.experiment.artifact_root}/models/{self.model_id}/artifacts"
