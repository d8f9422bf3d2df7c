"""What was detected: one row for one kind and whom it is about, counted up until somebody closes it."""

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from modelops.lib.ids import uuid7

from .base import Detector, detectors


class Verdict(models.TextChoices):
    """What came of it."""

    HARMLESS = "harmless", "Harmless"
    DEALT_WITH = "dealt_with", "Dealt with"
    INCIDENT = "incident", "An incident was opened"


class OfDetector:
    """A row that names a detector by its kind."""

    kind: Any

    @property
    def detector(self) -> type[Detector]:
        """What has found it, or is limited by it."""
        return detectors.get(self.kind)

    @property
    def audit_label(self) -> str:
        """What the ledger calls the row."""
        return str(self)


class DetectionQuerySet(models.QuerySet["Detection"]):
    """Detections by how pressing they are."""

    def ranked(self) -> Self:
        """With ``standing`` and ``made_of``: the points of all that is open about the same account or network.

        The sum says in which order people look and decides nothing. What is closed has none.
        """
        # By the reference alone: to one detection it is an account, to another the user who acts.
        same = Detection.objects.filter(closed_at=None, about_ref=OuterRef("about_ref")).order_by()
        total = same.values("about_ref").annotate(total=Sum("score")).values("total")
        parts = same.order_by("-score", "kind").values(json=JSONObject(kind=F("kind"), score=F("score")))
        return self.annotate(
            standing=Case(When(closed_at=None, then=Subquery(total)), default=Value(0)),
            made_of=ArraySubquery(parts),
        ).order_by("-standing", "-score", "-last_seen_at")


class Detection(OfDetector, models.Model):
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

    objects = DetectionQuerySet.as_manager()

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
        indexes = [
            models.Index(fields=["kind", "-closed_at"], name="detections_closed"),
            models.Index(fields=["about_ref"], condition=Q(closed_at=None), name="detections_open_about"),
        ]

    def __str__(self) -> str:
        return f"{self.detector.label}: {self.about_kind} …{self.about_ref[-8:]}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has said what came of it."""
        return self.closed_at is None


class Threshold(OfDetector, models.Model):
    """A limit of a detection that somebody tried over the ledger; in force from ``set_at`` until the next one is.

    ``before`` is what was in force when it was tried; the examples name nobody, with the end of an id at most.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    before = models.PositiveIntegerField("in force when tried")
    value = models.PositiveIntegerField()
    days = models.PositiveSmallIntegerField(help_text="Days of the ledger that it was tried over.")
    fires_now = models.PositiveIntegerField("fired under the old one")
    fires_then = models.PositiveIntegerField("fires under this one")
    examples: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    tried_at = models.DateTimeField(default=timezone.now)
    tried_ref = models.CharField(max_length=100)
    set_at = models.DateTimeField(null=True)
    set_ref = models.CharField(max_length=100, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "threshold"
        ordering = ["-id"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="detections_threshold_positive"),
            models.CheckConstraint(
                condition=Q(set_at=None, reason="") | (Q(set_at__isnull=False) & ~Q(reason="")),
                name="detections_threshold_set_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["kind", "name", "-set_at"], name="detections_threshold_set")]

    def __str__(self) -> str:
        return f"{self.detector.label}: {self.limit_label}"

    @property
    def limit_label(self) -> str:
        """The limit in words; its name, when a release has dropped it."""
        return next((one.label for one in self.detector.thresholds if one.name == self.name), self.name)
