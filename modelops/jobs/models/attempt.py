"""The log of a job: each attempt, who worked at it, and how it ended."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .job import Job


class AttemptResult(models.TextChoices):
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    RETRIED = "retried", "To be tried again"
    LOST = "lost", "Worker lost"


class JobAttempt(models.Model):
    """One attempt. ``token`` is the fencing token that it worked under, ``worker`` the process that did."""

    # `jobs_attempt_of` begins with it: an index of its own would only cost.
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log", db_index=False)
    number = models.PositiveSmallIntegerField()
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    worker = models.CharField(max_length=120)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=AttemptResult, default=AttemptResult.RUNNING)
    message = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        verbose_name = "attempt"
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["token"], name="jobs_attempt_once"),
            models.CheckConstraint(condition=Q(result__in=AttemptResult.values), name="jobs_attempt_result_known"),
        ]
        indexes = [models.Index(fields=["job", "number"], name="jobs_attempt_of")]

    def __str__(self) -> str:
        return f"Attempt {self.number}: {self.get_result_display()}"
