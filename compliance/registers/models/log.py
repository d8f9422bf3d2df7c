"""What was found, decided and done, in order: of an incident or of a breach."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .breach import Breach
from .incident import Incident


class LogEntry(models.Model):
    """One line; it is never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="log")
    breach = models.ForeignKey(Breach, models.PROTECT, null=True, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(max_length=1000)
    author_ref = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]
        verbose_name = "log entry"
        verbose_name_plural = "log entries"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(incident=None, breach__isnull=False) | Q(incident__isnull=False, breach=None),
                name="registers_log_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
