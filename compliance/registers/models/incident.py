"""Security incidents, from opening to close."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class Severity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class Incident(models.Model):
    """What happened, who leads by role, and how it ended; its timeline stands in the log."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=120)
    severity = models.CharField(max_length=10, choices=Severity)
    summary = models.CharField(max_length=2000)
    lead = models.CharField("led by", max_length=120, help_text="A role, no name.")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    lesson = models.CharField("what was learned", max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = "incident"
        ordering = ["-id"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="registers_severity"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(lesson=""), name="registers_closed_with_a_lesson"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_label(self) -> str:
        return f"incident …{str(self.pk)[-8:]}"

    @property
    def clock(self) -> str:
        """How long it is open, or how long it was, in words."""
        hours = ((self.closed_at or timezone.now()) - self.opened_at).total_seconds() / 3600
        return f"closed after {hours:.0f} hours" if self.closed_at else f"open for {hours:.0f} hours"
