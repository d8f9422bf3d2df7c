"""Trusted keys, the signatures of versions, and what a model demands of them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import ModelVersion, RegisteredModel


class TrustedKey(models.Model):
    """A public key whose signatures count, for every model or for one. Who added it stands in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    pem = models.TextField("public key", max_length=4096)
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the public key in PEM form.")
    algorithm = models.CharField(max_length=20)
    is_portal = models.BooleanField(default=False, help_text="A key of this portal's own ring.")
    model = models.ForeignKey(
        RegisteredModel,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: all models.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = "signing key"

    def __str__(self) -> str:
        return self.name


class Origin(models.TextChoices):
    PORTAL = "portal", "The portal, at registration"
    UPLOADED = "uploaded", "Uploaded"


class SignatureState(models.TextChoices):
    VALID = "valid", "Valid"
    UNTRUSTED = "untrusted", "Not trusted"
    INVALID = "invalid", "Invalid"
    MISSING = "missing", "Missing"


class VersionSignature(models.Model):
    """One signature bundle of a version. The bundle never changes; state and reason are those of the last check."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="signatures", db_index=False)
    origin = models.CharField(max_length=10, choices=Origin)
    bundle = models.JSONField(help_text="A Sigstore bundle; it holds nothing secret.")
    key = models.ForeignKey(TrustedKey, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures")
    state = models.CharField(max_length=10, choices=SignatureState)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = "model signature"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SignatureState.values), name="signing_state_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="signing_origin_known"),
        ]
        indexes = [models.Index(fields=["version", "origin", "-id"], name="signing_of_version")]

    def __str__(self) -> str:
        return f"{self.get_origin_display()}: {self.get_state_display()}"


class Demand(models.TextChoices):
    REQUIRE = "require", "Require: without a valid signature a version is not promoted, nor a bad one given out"
    WARN = "warn", "Warn: say so, and stop nothing"
    OFF = "off", "Off"


class Signer(models.TextChoices):
    ANY = "any", "The portal or a trusted key"
    TRUSTED = "trusted", "A trusted key other than the portal's own"


class SigningPolicy(models.Model):
    """What one model demands of the signatures of its versions; without a row the setting decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.OneToOneField(RegisteredModel, on_delete=models.CASCADE, related_name="signing_policy")
    demand = models.CharField(max_length=10, choices=Demand)
    signer = models.CharField(max_length=10, choices=Signer, default=Signer.ANY)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "signing policy"
        verbose_name_plural = "signing policies"
        constraints = [
            models.CheckConstraint(condition=Q(demand__in=Demand.values), name="signing_demand_known"),
            models.CheckConstraint(condition=Q(signer__in=Signer.values), name="signing_signer_known"),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.demand}"

    def as_dict(self) -> dict[str, Any]:
        """For answers of the REST interface."""
        return {"demand": self.demand, "signer": self.signer}
