"""A link that is mailed to the holder of an account."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7


class MailedLink(models.Model):
    """A single-use link for one purpose. A worker makes the token when it mails it, and keeps only a keyed digest.

    A row without an account was asked for under a name that nobody has: it is written as any other, so that the answer
    takes the same work, and removed instead of mailed.
    """

    class Purpose(models.TextChoices):
        """What the link opens."""

        PASSWORD = "password", "Set a new password"
        ADDRESS = "address", "Confirm an address"
        KEEP_FACTOR = "keep_factor", "Cancel a reset of the second factor"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="mailed_links"
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    address = models.EmailField(blank=True, help_text="Where it is mailed to.")
    token_digest = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at=None),
                name="recovering_link_waiting",
            ),
            models.Index(fields=["user", "purpose", "-created_at"], name="recovering_link_user"),
            models.Index(fields=["expires_at"], name="recovering_link_expires"),
        ]

    def __str__(self) -> str:
        return f"Link: {self.get_purpose_display()}"
