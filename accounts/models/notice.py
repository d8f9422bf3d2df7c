"""A message to a person about their own account."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7


class Notice(models.Model):
    """One mail that is to be sent, or was: what happened to the account, and never a secret.

    The row is written with what it tells of, so a notice is neither lost nor sent about something that was undone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    address = models.EmailField(
        "another address", blank=True, help_text="Where it goes instead of the account's own confirmed address."
    )
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(sent_at=None), name="accounts_notice_waiting"),
            models.Index(fields=["user", "-created_at"], name="accounts_notice_user"),
        ]

    def __str__(self) -> str:
        return f"Notice {self.kind}"
