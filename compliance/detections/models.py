"""What was detected: one row for one kind and whom it is about, counted up until somebody closes it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .base import Detector, detectors


class Verdict(models.TextChoices):
    """What came of it."""

    HARMLESS = "harmless", "Harmless"
    DEALT_WITH = "dealt_with", "Dealt with"
    INCIDENT = "incident", "An incident was opened"


class Detection(models.Model):
    """Ids and counts; names and what was sent stand nowhere in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=40)
    about_ref = models.CharField(max_length=100)
    words = models.CharField(max_length=300)
    score = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()
    expected = models.PositiveBigIntegerField("threshold")
    evidence: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="Ids of rows of the ledger.")
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_ref = models.CharField(max_length=100, blank=True, default="")
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default="")

    class Meta:
        verbose_name = "detection"
        ordering = ["-score", "-last_seen_at"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about_kind", "about_ref"], condition=Q(closed_at=None), name="detections_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, verdict="") | Q(closed_at__isnull=False, verdict__in=Verdict.values),
                name="detections_closed_with_a_verdict",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-closed_at"], name="detections_closed")]

    def __str__(self) -> str:
        return f"{self.detector.label}: {self.about_kind} …{self.about_ref[-8:]}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def detector(self) -> type[Detector]:
        """What has found it."""
        return detectors.get(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether nobody has said what came of it."""
        return self.closed_at is None
