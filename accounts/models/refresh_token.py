"""Refresh tokens of the API's sign-in."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.querysets import RefreshTokenQuerySet
from modelops.lib.ids import uuid7


class RefreshToken(models.Model):
    """One refresh token. Each use replaces it by the next of its family; a second use revokes the whole family."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refresh_tokens")
    family = models.UUIDField(default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    access_for_s = models.PositiveIntegerField(default=1800, help_text="How long its access tokens are good.")
    # The first token of a family stays as long as the sign-in: these three are about all of it.
    last_used_on = models.DateField("access token last used on", null=True, blank=True, editable=False)
    last_used_network = models.CharField(max_length=43, blank=True, default="", editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RefreshTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API sign-in"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["family"], name="accounts_refreshtoken_family"),
            models.Index(fields=["user", "-created_at"], name="accounts_refreshtoken_user"),
        ]

    def __str__(self) -> str:
        return f"Refresh token {str(self.pk)[-8:]}"

    @property
    def state(self) -> str:
        """live, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "live"
