"""The removal of a lost second factor, which waits."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7


class FactorReset(models.Model):
    """What an administrator asked for; the holder of the account can cancel it until it is due."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="factor_resets")
    requested_by_kind = models.CharField(max_length=20)
    requested_by_ref = models.CharField(max_length=100, blank=True)
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "reset of a second factor"
        verbose_name_plural = "resets of second factors"
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(cancelled_at=None, done_at=None),
                name="recovering_factorreset_one_waiting",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(cancelled_at=None, done_at=None),
                name="recovering_factorreset_due",
            )
        ]

    def __str__(self) -> str:
        return f"Reset of the second factor of {self.user}"

    @property
    def state(self) -> str:
        """waiting, cancelled or done."""
        if self.cancelled_at:
            return "cancelled"
        return "done" if self.done_at else "waiting"
