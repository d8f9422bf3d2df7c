"""A long-lived credential of a service or a script."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.querysets import ApiKeyQuerySet
from modelops.lib.ids import uuid7

STATES = (("live", "Live"), ("expired", "Expired"), ("revoked", "Revoked"))


class ApiKey(models.Model):
    """An API key. Only a keyed digest of the secret is kept; the key is shown once, when it is issued."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    public_id = models.CharField(max_length=8, unique=True, editable=False)
    digest = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=300),
        help_text='Permissions such as "registry.view_registeredmodel", or "all"; "registry.download_artifact:delay" '
        "is the permission for one model or dataset.",
    )
    networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True, help_text="Where it works; empty: anywhere."
    )
    # The key that this one takes the place of; that one ends after an overlap.
    replaces = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="successors"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_network = models.CharField(max_length=43, blank=True, default="", editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When the owner confirmed with a second factor, in the portal, what this key had asked for.
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    end_noticed_at = models.DateTimeField("told of its end at", null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="accounts_apikey_owner"),
            models.Index(fields=["expires_at"], name="accounts_apikey_ends", condition=models.Q(revoked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.name} (mop_{self.public_id}…)"

    @property
    def state(self) -> str:
        """live, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "live"
