"""Who issues job tokens that the portal takes."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7

# Signatures by a private key only: with a shared secret whoever can check a token could make one.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class TrustedIssuer(models.Model):
    """One OpenID Connect issuer; its public keys are found through its address, or pinned here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    issuer = models.CharField("address", max_length=500, unique=True, help_text="What its tokens say under iss.")
    audience = models.CharField(max_length=200, help_text="What its tokens must say under aud: this portal.")
    algorithms = ArrayField(models.CharField(max_length=10), default=list)
    pinned_keys: "models.JSONField[Any, Any]" = models.JSONField(
        null=True, blank=True, help_text="A JSON Web Key Set; empty: the keys are fetched from the issuer."
    )
    # What was fetched last, shared by all processes.
    fetched_keys: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True, editable=False)
    fetched_at = models.DateTimeField(null=True, blank=True, editable=False)
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "trusted issuer"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
