"""Who receives the ledger's rows, and how far each has come."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from modelops.lib.ids import uuid7

MOST_ROWS = 5000
# Between two tries of a receiver that does not answer.
LONGEST_WAIT_S = 300


class ReceiverQuerySet(models.QuerySet["Receiver"]):
    def visible_to(self, user: Any) -> Self:
        """All of them for those who may see streams, none for others."""
        allowed = user.is_active and user.has_perm("audit_streaming.view_receiver")
        return self.all() if allowed else self.none()

    def due(self) -> Self:
        """Those to which something may be sent now.

        No wait is longer than LONGEST_WAIT_S: a time beyond was written before a clock was set back.
        """
        is_due = Q(due_at__lte=Now()) | Q(due_at__gt=Now() + timedelta(seconds=LONGEST_WAIT_S + 60))
        return self.filter(is_due, is_paused=False)


class Receiver(models.Model):
    """One receiver. ``cursor`` is the number of the next row that it has not taken.

    ``batch_end`` is written before a batch is sent: after a crash the same rows are sent again and not others, so that
    a receiver knows them by the name of the batch as well as by the numbers of the rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)
    form = models.CharField("format", max_length=10)
    options = models.JSONField(default=dict)
    sealed_secret = models.BinaryField(null=True, editable=False)
    batch_rows = models.PositiveIntegerField(default=500)
    cursor = models.BigIntegerField("next row", default=0)
    batch_end = models.BigIntegerField(null=True)
    is_paused = models.BooleanField("paused", default=False)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    delivered_at = models.DateTimeField("last delivery", null=True)
    due_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ReceiverQuerySet.as_manager()

    class Meta:
        verbose_name = "audit stream"
        ordering = ["name"]
        permissions = [("export_auditevent", "Can export the audit log")]
        constraints = [
            models.CheckConstraint(
                condition=Q(batch_rows__gte=1, batch_rows__lte=MOST_ROWS), name="audit_stream_batch"
            ),
            models.CheckConstraint(
                condition=Q(batch_end__isnull=True) | Q(batch_end__gt=models.F("cursor")), name="audit_stream_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """What the ledger calls it."""
        return self.name

    @property
    def seal_context(self) -> bytes:
        """What binds the sealed secret to this row."""
        return f"audit_streaming.receiver:{self.pk}".encode()

    @property
    def standing(self) -> str:
        """In a word: paused, failing, working."""
        if self.is_paused:
            return "paused"
        return "failing" if self.failures else "working"
