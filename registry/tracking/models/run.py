"""A run: one training with what it was given and what came of it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7
from registry.tracking.querysets import RunQuerySet

from .experiment import Experiment


class RunStatus(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    SCHEDULED = "SCHEDULED", "Scheduled"
    FINISHED = "FINISHED", "Finished"
    FAILED = "FAILED", "Failed"
    KILLED = "KILLED", "Killed"


class RunManager(models.Manager.from_queryset(RunQuerySet)):  # type: ignore[misc]
    """Leaves the encrypted parameters in the database until they are asked for."""

    def get_queryset(self) -> RunQuerySet:
        return super().get_queryset().defer("parameters")


class Run(models.Model):
    """Parameters are sealed as those of model versions are: all of a run in one value, which is opened to be read.

    Times are milliseconds since 1970 as the client sent them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(max_length=250, blank=True)
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.RUNNING)
    started_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    parameters: Any = EncryptedJSONField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = RunManager()

    class Meta:
        ordering = ["-started_ms", "id"]
        constraints = [models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="tracking_run_status")]
        indexes = [
            models.Index(fields=["experiment", "-started_ms", "id"], name="tracking_run_newest"),
            models.Index(fields=["created_by"], name="tracking_run_owner"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="tracking_run_deleted"),
            GinIndex(fields=["tags"], name="tracking_run_tags"),
        ]

    def __str__(self) -> str:
        return self.name or self.run_id

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return reverse("tracking:run", args=[self.run_id])

    @property
    def audit_label(self) -> str:
        """What the ledger calls it: its id, since a name is anybody's text."""
        return self.run_id

    @property
    def run_id(self) -> str:
        """32 hexadecimal digits, as the protocol has it."""
        return str(self.id.hex)

    @property
    def artifact_root(self) -> str:
        """Where its files lie, without a host."""
        return f"{self.experiment.artifact_root}/{self.run_id}/artifacts"

    @property
    def started_at(self) -> dt.datetime | None:
        """When it began, as the client said; None where no calendar has the moment."""
        return _moment(self.started_ms)

    @property
    def ended_at(self) -> dt.datetime | None:
        """When it ended, as the client said."""
        return None if self.ended_ms is None else _moment(self.ended_ms)


def _moment(milliseconds: int) -> dt.datetime | None:
    try:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
