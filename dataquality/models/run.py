"""One examination of one dataset version."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dataquality.querysets import QualityRunQuerySet
from modelops.jobs.models import Job
from modelops.lib.ids import uuid7
from registry.models import DatasetVersion


class RunState(models.TextChoices):
    """A run waits until its job has ended one way or the other."""

    QUEUED = "queued", "Queued"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class QualityRun(models.Model):
    """What was examined and the arithmetic of its score. A finished run never changes; a new look is a new run."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="quality_runs")
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="quality_run")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="quality_runs"
    )
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    data_sha256 = models.CharField(
        max_length=64, blank=True, default="", help_text="Digest of the file as it was when it was examined."
    )
    score = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    dimensions = models.JSONField(
        default=list, help_text="Per dimension its weight, units examined, score and deduction, as exact text."
    )
    issue_count = models.PositiveIntegerField(default=0)
    suite_version = models.ForeignKey(
        "dataquality.RuleSuiteVersion", null=True, on_delete=models.SET_NULL, related_name="quality_runs"
    )
    schema = models.ForeignKey(
        "schemas.DatasetSchema", null=True, on_delete=models.SET_NULL, related_name="quality_runs"
    )
    training_run = models.CharField(max_length=200, blank=True, default="", help_text="The training that asked.")
    epoch = models.PositiveIntegerField(null=True)
    outcomes = models.JSONField(default=list, help_text="Per rule of the suite whether it passed, and its counts.")
    failure = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = QualityRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="quality_run_state_known"),
            models.CheckConstraint(
                condition=Q(state=RunState.SUCCEEDED, score__isnull=False)
                | (~Q(state=RunState.SUCCEEDED) & Q(score__isnull=True)),
                name="quality_run_scored_when_succeeded",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="quality_run_score_in_range"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="quality_run_newest"),
            models.Index(fields=["dataset_version", "-created_at"], name="quality_run_version"),
            models.Index(fields=["training_run", "epoch"], name="quality_run_training", condition=~Q(training_run="")),
        ]

    def __str__(self) -> str:
        return f"Quality of {self.dataset_version}"

    def get_absolute_url(self) -> str:
        """The run's page in the portal."""
        return reverse("dataquality:run-detail", args=[self.pk])

    @property
    def shown_state(self) -> str:
        """The run's state, or its job's while the run waits for it."""
        if self.state == RunState.QUEUED and self.job is not None:
            return str(self.job.state)
        return str(self.state)

    @property
    def arithmetic(self) -> list[dict[str, Any]]:
        """The lines of the score, in the order of the dimensions."""
        return list(self.dimensions)
