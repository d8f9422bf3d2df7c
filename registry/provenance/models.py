"""Attestations: claims of where versions come from."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import ModelVersion
from registry.signing.models import TrustedKey

ISSUER_LENGTH = 500


class Kind(models.TextChoices):
    STATEMENT = "statement", "Signed statement"
    JOB = "job", "Job identity"


class AttestationState(models.TextChoices):
    VALID = "valid", "Valid"
    UNTRUSTED = "untrusted", "Not trusted"
    INVALID = "invalid", "Invalid"


class Attestation(models.Model):
    """One claim of where a version comes from. What was claimed never changes; state and reason are of the last look.

    A statement is signed by a builder; a job identity is what the portal itself saw of the job that registered the
    version with a token of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="attestations")
    kind = models.CharField(max_length=10, choices=Kind)
    issuer = models.CharField(max_length=ISSUER_LENGTH, help_text="Id of the builder, or address of the token issuer.")
    source = models.CharField(max_length=500, blank=True, default="", help_text="What was built, as the issuer says.")
    predicate_type = models.CharField(max_length=300, blank=True, default="")
    envelope: "models.JSONField[Any, Any]" = models.JSONField(
        null=True, blank=True, help_text="A DSSE envelope; it holds nothing secret."
    )
    key = models.ForeignKey(TrustedKey, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AttestationState)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="provenance_kind_known"),
            models.CheckConstraint(condition=Q(state__in=AttestationState.values), name="provenance_state_known"),
        ]
        indexes = [models.Index(fields=["version", "-id"], name="provenance_of_version")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
