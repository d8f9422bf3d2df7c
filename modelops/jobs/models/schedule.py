"""The row behind each task that runs by the clock: how often, when next, and how the last run went."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

# However short the period, a run counts as missed only after this: a restart of the scheduler takes some seconds.
LEAST_GRACE = timedelta(seconds=60)
VITAL_GRACE = timedelta(seconds=30)


class RunResult(models.TextChoices):
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class ScheduleEntry(models.Model):
    """One task. The rows are the scheduler's only memory, so that it can be killed and run twice without harm."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.CharField(max_length=100, unique=True, editable=False)
    label = models.CharField(max_length=100, editable=False)
    every_s = models.PositiveIntegerField("every (seconds)")
    is_enabled = models.BooleanField("enabled", default=True)
    is_vital = models.BooleanField(
        default=False, editable=False, help_text="Workers run it by themselves when the scheduler is away."
    )
    next_due_at = models.DateTimeField(default=timezone.now, editable=False)
    missed = models.PositiveBigIntegerField(
        "missed runs", default=0, editable=False, help_text="Runs whose time passed while nobody sent them off."
    )
    missed_at = models.DateTimeField("last missed", null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    sent_by_watch = models.BooleanField(
        default=False, editable=False, help_text="A worker sent the last run, because the scheduler did not."
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    result = models.CharField(max_length=10, choices=RunResult, blank=True, default="", editable=False)
    message = models.CharField(max_length=300, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "scheduled task"
        ordering = ["label"]
        constraints = [
            models.CheckConstraint(condition=Q(every_s__gte=1), name="jobs_schedule_period_positive"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def grace(self) -> timedelta:
        """How long after its time a run counts as missed."""
        return VITAL_GRACE if self.is_vital else max(LEAST_GRACE, timedelta(seconds=self.every_s) / 10)

    def is_late(self, now: datetime | None = None) -> bool:
        """Whether the scheduler has not sent off within the grace period what was due."""
        return self.is_enabled and (self.sent_by_watch or self.next_due_at + self.grace < (now or timezone.now()))
