"""What the scanner says of stored files: one row with what holds now, and every verdict that was given."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import Artifact, ModelVersion
from registry.seeing import open_to

from .engine.verdict import CLEAN, QUARANTINE


class ScanState(models.TextChoices):
    WAITING = "waiting", "Waiting for its scan"
    CLEAN = "clean", "Clean"
    HELD = "held", "Held"


class Cause(models.TextChoices):
    """Why a file is not given out; the sentences with places are the reasons."""

    CONTENT = "content", "Something in it is not allowed"
    FORMAT = "format", "A format that the scanner does not know or read"
    STOPPED = "stopped", "The scanner stopped before its verdict"
    UNREAD = "unread", "The stored file could not be read"


class InspectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What is known of the files of the models that ``user`` may know of."""
        if not user.is_active or not user.has_perm("scanning.view_inspection"):
            return self.none()
        rows = self.filter(version__deleted_at=None, version__model__deleted_at=None)
        return rows.filter(open_to(user, "model", "version__model"))

    def held(self) -> Self:
        """Everything that is not given out: held, or waiting for its first verdict."""
        return self.exclude(state=ScanState.CLEAN)


class Inspection(models.Model):
    """What holds now for the file of a version (the manifest stands for the files of a folder) or of a variant.

    ``round`` counts how often a scan was asked for; ``is_pending`` is true until that one is decided.
    """

    artifact = models.OneToOneField(Artifact, on_delete=models.CASCADE, primary_key=True, related_name="inspection")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="inspections", db_index=False)
    is_variant = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ScanState, default=ScanState.WAITING)
    cause = models.CharField(max_length=10, choices=Cause, blank=True, default="")
    rules = models.CharField(max_length=40, blank=True, default="", help_text="The rule set that it was judged by.")
    found_format = models.CharField(max_length=60, blank=True, default="", help_text="As the scanner found it.")
    reasons = models.JSONField(default=list, blank=True)
    round = models.PositiveIntegerField(default=0)
    is_pending = models.BooleanField(default=False)
    job_id = models.UUIDField(null=True, help_text="The job that scans or scanned it.")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    taken_away_at = models.DateTimeField(null=True, help_text="When a later scan held what had been given out.")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-artifact_id"]
        verbose_name = "file in quarantine"
        verbose_name_plural = "files in quarantine"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ScanState.values), name="scanning_state_known"),
            models.CheckConstraint(condition=Q(cause__in=["", *Cause.values]), name="scanning_cause_known"),
            models.CheckConstraint(
                condition=~Q(state="clean") | Q(cause="", decided_at__isnull=False), name="scanning_clean_was_decided"
            ),
        ]
        indexes = [
            models.Index(fields=["-artifact"], condition=~Q(state="clean"), name="scanning_not_given_out"),
            models.Index(fields=["rules", "artifact"], name="scanning_by_rules"),
            models.Index(fields=["asked_at"], condition=Q(is_pending=True), name="scanning_pending"),
            models.Index(fields=["version", "is_variant"], name="scanning_of_version"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_state_display().lower()}"

    @property
    def is_clean(self) -> bool:
        """Whether the file is given out."""
        return self.state == ScanState.CLEAN

    @property
    def is_waiting(self) -> bool:
        """Whether no verdict was given yet, but one is on its way."""
        return self.state == ScanState.WAITING and self.is_pending


class Verdict(models.Model):
    """One verdict about one file; it never changes. Of a folder every file has its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="verdicts")
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="verdicts")
    path = models.CharField(max_length=1024, blank=True, default="", help_text="Within a folder.")
    round = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=[(CLEAN, "Clean"), (QUARANTINE, "Quarantine")])
    found_format = models.CharField(max_length=60)
    reasons = models.JSONField(default=list)
    rules = models.CharField(max_length=40)
    engine = models.CharField(max_length=60)
    network = models.CharField(max_length=20, blank=True, help_text="What kept the scan from the network.")
    limits = models.CharField(max_length=100, blank=True, help_text="What the scan could use at most.")
    seconds = models.FloatField()
    decided_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["artifact", "round"], name="scanning_one_verdict_a_round"),
            models.CheckConstraint(condition=Q(verdict__in=[CLEAN, QUARANTINE]), name="scanning_verdict_known"),
        ]
        indexes = [models.Index(fields=["inspection", "-id"], name="scanning_verdicts_of")]

    def __str__(self) -> str:
        return f"{self.path or self.artifact_id}: {self.verdict}"
