"""The row behind each piece of long work."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor
from modelops.jobs.handlers import label_of
from modelops.jobs.visibility import hidden_from
from modelops.lib.ids import uuid7


class JobState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


FINISHED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: "settings.AUTH_USER_MODEL") -> "JobQuerySet":  # type: ignore[name-defined]
        """All jobs for those who may see all, else the jobs that the user asked for; none about what is hidden."""
        if not user.is_authenticated:
            return self.none()
        rows = self if user.has_perm("jobs.view_job") else self.filter(actor_ref=str(user.pk))
        return rows.exclude(hidden_from(user))

    def unfinished(self) -> "JobQuerySet":
        return self.exclude(state__in=FINISHED)


class Job(models.Model):
    """One piece of work: what is asked for, by whom, and how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=20, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=500, default="", blank=True)
    payload = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    target_type = models.CharField(max_length=100, default="", blank=True)
    target_id = models.CharField(max_length=100, default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The fencing token of the present attempt: a worker that was given up writes under an old one and changes nothing.
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    not_before = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "not_before"], condition=~Q(state__in=FINISHED), name="jobs_unfinished"),
            models.Index(fields=["target_type", "target_id", "-id"], name="jobs_target"),
            models.Index(fields=["actor_ref", "-id"], name="jobs_actor"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="jobs_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def label(self) -> str:
        """What people call such a job."""
        return label_of(self.kind)

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_kind, self.actor_ref)  # type: ignore[arg-type]  # the constraint is in the ledger

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100; None while the total is not known."""
        if self.state == JobState.SUCCEEDED:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def duration(self) -> timedelta | None:
        """Time from the start of the last attempt to its end, or to now."""
        if self.started_at is None:
            return None
        return (self.finished_at or timezone.now()) - self.started_at
