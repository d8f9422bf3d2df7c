"""What came of the tokens of jobs."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7

from .issuer import TrustedIssuer
from .rule import ExchangeRule


class ExchangedToken(models.Model):
    """One access token that a job was given for its own; the token itself is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(ExchangeRule, on_delete=models.CASCADE, related_name="tokens")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exchanged_tokens")
    scopes = ArrayField(models.CharField(max_length=300))
    source = models.CharField(max_length=500, help_text="The claims that the rule asks for, as the job had them.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_network = models.CharField(max_length=43, blank=True, default="", editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "exchanged token"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["rule", "-created_at"], name="workload_token_rule"),
            models.Index(fields=["expires_at"], name="workload_token_ends"),
        ]

    def __str__(self) -> str:
        return f"Token {str(self.pk)[-8:]} of {self.rule_id}"

    @property
    def via(self) -> str:
        """Through what the job acts, in the rows of the ledger."""
        return f"workload:{self.rule.name[:60]}:{self.pk}"

    @property
    def state(self) -> str:
        """live, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "live"


class UsedJobToken(models.Model):
    """A job token that was exchanged, as a digest, for as long as it could be shown again."""

    issuer = models.ForeignKey(TrustedIssuer, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "digest"], name="workload_job_token_once")]
        indexes = [models.Index(fields=["expires_at"], name="workload_used_ends")]

    def __str__(self) -> str:
        return f"Used token {self.pk}"
