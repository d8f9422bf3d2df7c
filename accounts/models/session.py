"""A browser session."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.querysets import SessionQuerySet
from modelops.lib.ids import uuid7


class Session(models.Model):
    """One browser of one person. The row holds a keyed digest of the cookie, never the cookie itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    device = models.ForeignKey(
        "accounts.Device", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="sessions"
    )
    # The second factor that it was opened with; what counts is the one in the payload, which is sealed.
    factor_id = models.UUIDField(null=True, blank=True, editable=False)
    sealed_payload = models.BinaryField(editable=False)
    ip_prefix = models.CharField("network", max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    amr = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        verbose_name="factors",
        help_text="Authentication methods after RFC 8176.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)
    idle_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    # Whether that factor is still there, confirmed and the account's own; known where the session was read to sign in.
    factor_stands = False

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [
            models.Index(fields=["user", "-last_seen_at"], name="accounts_session_user_seen"),
            models.Index(fields=["expires_at"], name="accounts_session_expires"),
        ]

    def __str__(self) -> str:
        return f"Session {str(self.pk)[-8:]}"

    @property
    def is_live(self) -> bool:
        """Whether the session can still be used."""
        now = timezone.now()
        return self.revoked_at is None and self.expires_at > now and self.idle_expires_at > now
