"""Breaches of personal data: 72 hours from the moment that they are known (GDPR Art. 33)."""

import datetime as dt
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

HOURS: Final = 72


class BreachState(models.TextChoices):
    OPEN = "open", "Being assessed"
    NOTIFIED = "notified", "Notified to the authority"
    NOT_REQUIRED = "not_required", "Notification not required"


class Breach(models.Model):
    """What happened, to how many, with which consequences and measures: the contents of Art. 33(3)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=120)
    known_at = models.DateTimeField("known since")
    nature = models.CharField("nature of the breach", max_length=2000)
    categories = models.CharField("categories of people and of data", max_length=1000)
    subject_count = models.PositiveBigIntegerField("people, approximately")
    record_count = models.PositiveBigIntegerField("records, approximately")
    contact = models.CharField("data protection officer or contact point", max_length=400)
    consequences = models.CharField("likely consequences", max_length=2000)
    measures = models.CharField("measures taken or proposed", max_length=2000)
    state = models.CharField(max_length=12, choices=BreachState, default=BreachState.OPEN)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField("reason of the decision", max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = "breach"
        verbose_name_plural = "breaches"
        ordering = ["-id"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | Q(state__in=["notified", "not_required"], decided_at__isnull=False),
                name="registers_breach_decided",
            ),
            models.CheckConstraint(condition=~Q(state="not_required") | ~Q(reason=""), name="registers_breach_reason"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_label(self) -> str:
        return f"breach …{str(self.pk)[-8:]}"

    @property
    def due_at(self) -> dt.datetime:
        """When the authority must know."""
        return self.known_at + dt.timedelta(hours=HOURS)

    @property
    def hours_passed(self) -> float:
        """Since it is known, until it is decided."""
        return ((self.decided_at or timezone.now()) - self.known_at).total_seconds() / 3600

    @property
    def in_time(self) -> bool:
        """Whether it was decided within 72 hours, or still can be."""
        return self.hours_passed <= HOURS

    @property
    def clock(self) -> str:
        """In words."""
        if self.state != BreachState.OPEN:
            return f"decided after {self.hours_passed:.0f} of {HOURS} hours"
        left = HOURS - self.hours_passed
        return f"{left:.0f} of {HOURS} hours left" if left >= 0 else f"{-left:.0f} hours late"
