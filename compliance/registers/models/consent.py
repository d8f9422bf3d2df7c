"""Consents, with the text that was agreed to; a person is found by blind index."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.columns import EncryptedTextField
from modelops.lib.ids import uuid7

from .activity import ProcessingActivity


class Consent(models.Model):
    """That somebody agreed to an activity, to which text, and where; and that they took it back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(ProcessingActivity, models.PROTECT, related_name="consents")
    subject = EncryptedTextField()
    subject_index = BlindIndexField(source="subject", editable=False)
    # The person as datasets know them, so that who is in them is compared without opening a name.
    subject_digest = models.BigIntegerField(null=True, editable=False)
    text_version = models.CharField("version of the text", max_length=60)
    source = models.CharField(max_length=120, help_text="The form, letter or call by which it was given.")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_source = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "consent"
        ordering = ["-id"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="registers_withdrawn_later",
            )
        ]
        indexes = [
            models.Index(fields=["activity", "-withdrawn_at"], name="registers_withdrawals"),
            models.Index(fields=["activity", "subject_digest"], name="registers_agreed"),
            models.Index(fields=["id"], condition=Q(subject_digest=None), name="registers_undigested"),
        ]

    def __str__(self) -> str:
        return f"Consent …{str(self.pk)[-8:]}"
