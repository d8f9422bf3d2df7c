"""The ledger's table. Rows are only ever added; triggers refuse the rest.

It is partitioned by month (`partitions`), which Django's migrations do not know: its columns and indexes stand both
here and in the SQL of migration 0003. A new column also belongs into `leaf`, under a new ``format``.
"""

from datetime import datetime

from django.db import models
from django.db.models.functions import Now

from modelops.lib.ids import uuid7

from .canonical import CanonicalJSONField
from .events import EventClass, event_classes
from .partitions import CurrentTransaction


class Outcome(models.TextChoices):
    SUCCESS = "success", "Success"
    DENIED = "denied", "Denied"
    FAILURE = "failure", "Failure"


class AuditEvent(models.Model):
    """One act. No foreign keys: actor and target are opaque references that outlive what they name.

    ``transaction`` numbers the transaction that added the row; ``via`` is through what the actor acted (a job, a task,
    a command, an API key); ``target_label`` is the object's name at that time, never a person's. ``origin`` and
    ``personal`` are salted hashes (32 bytes) of what stands, erasable, in a table of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    format = models.SmallIntegerField(db_default=1, editable=False)
    name = models.CharField("action", max_length=100)
    category = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    actor_kind = models.CharField(max_length=20)
    actor_ref = models.CharField(max_length=100)
    via = models.CharField(max_length=120, db_default="")
    target_type = models.CharField(max_length=100)
    target_id = models.CharField(max_length=100)
    target_label = models.CharField(max_length=200, db_default="")
    details = CanonicalJSONField(default=dict)
    request_id = models.CharField(max_length=64)
    source = models.CharField("source network", max_length=60)
    origin = models.BinaryField(null=True, editable=True)
    personal = models.BinaryField(null=True, editable=True)

    class Meta:
        verbose_name = "audit event"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_target"),
            models.Index(fields=["actor_kind", "actor_ref", "-id"], name="audit_actor"),
            models.Index(fields=["name", "-id"], name="audit_name"),
            models.Index(fields=["category", "-id"], name="audit_category"),
            models.Index(fields=["outcome", "-id"], name="audit_outcome", condition=~models.Q(outcome="success")),
            models.Index(fields=["request_id"], name="audit_request"),
            models.Index(fields=["source", "-id"], name="audit_source"),
            models.Index(fields=["transaction"], name="audit_transaction"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="audit_outcome_known_v2"),
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=["user", "service", "system", "anonymous"]),
                name="audit_actor_known_v2",
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
