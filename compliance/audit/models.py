"""The ledger's table. Rows are only ever added; a trigger refuses the rest."""

from datetime import datetime

from django.db import models
from django.db.models.functions import Now

from modelops.lib.ids import uuid7

from .events import EventClass, event_classes


class Outcome(models.TextChoices):
    SUCCESS = "success", "Success"
    REFUSED = "refused", "Refused"
    FAILURE = "failure", "Failure"


class AuditEvent(models.Model):
    """One act. No foreign keys: actor and target are opaque references that outlive what they name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField("action", max_length=100)
    category = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    target_type = models.CharField(max_length=100)
    target_id = models.CharField(max_length=100)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64)
    source = models.CharField("source network", max_length=60)

    class Meta:
        verbose_name = "audit event"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_target"),
            models.Index(fields=["actor_kind", "actor_ref", "-id"], name="audit_actor"),
            models.Index(fields=["name", "-id"], name="audit_name"),
            models.Index(fields=["category", "-id"], name="audit_category"),
            models.Index(fields=["outcome", "-id"], name="audit_outcome"),
            models.Index(fields=["request_id"], name="audit_request"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="audit_outcome_known"),
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=["user", "service", "system", "anonymous"]), name="audit_actor_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.outcome})"

    # Set by `naming.name_actors` for display; never stored.
    actor_name: str = ""

    @property
    def at(self) -> datetime:
        """When it was recorded, under the name that timelines use."""
        return self.recorded_at

    @property
    def actor(self) -> str:
        """Who acted, in words: a name if one is known, else the kind of actor and the beginning of its reference."""
        if self.actor_name:
            return self.actor_name
        if self.actor_kind in {"system", "anonymous"}:
            return self.actor_ref or self.actor_kind
        return f"{self.actor_kind} {self.actor_ref[-8:]}"

    @property
    def event_class(self) -> EventClass | None:
        """How the event was declared; None for one that no installed app declares any more."""
        return event_classes().get(self.name)

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        declared = self.event_class
        return declared.describe(self.details) if declared else self.name
