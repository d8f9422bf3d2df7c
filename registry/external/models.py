"""What another registry says of a model of its own, and what people attest of platforms."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class Source(models.TextChoices):
    SAGEMAKER = "sagemaker", "Amazon SageMaker"


class Approval(models.TextChoices):
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    PENDING = "pending", "Waiting for approval"


class ExternalRecordQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All records for who may read models; they name no model of this registry."""
        return self if user.is_active and user.has_perm("external.view_externalrecord") else self.none()


class ExternalRecord(models.Model):
    """One model package of another registry, as its export said on the day of the import."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=20, choices=Source)
    reference = models.CharField(max_length=500, help_text="Its name in the other registry: an ARN.")
    group = models.CharField(max_length=200)
    number = models.PositiveIntegerField(null=True, blank=True)
    approval = models.CharField(max_length=10, choices=Approval)
    said_approval = models.CharField(max_length=40, help_text="The word of the other registry.")
    # None: the import brought no policy, so nobody here knows who can approve there.
    approvers: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    document_sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ExternalRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "external record"
        constraints = [
            models.CheckConstraint(condition=Q(source__in=Source.values), name="external_source_known"),
            models.CheckConstraint(condition=Q(approval__in=Approval.values), name="external_approval_known"),
            models.UniqueConstraint(fields=["reference", "document_sha256"], name="external_document_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.number or ''}".strip()

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class Subject(models.TextChoices):
    """What the portal cannot see for itself, by platform."""

    SAGEMAKER_TRAINING = "sagemaker.training", "SageMaker: isolation of training jobs"
    SAGEMAKER_PIPELINE = "sagemaker.pipeline", "SageMaker: security of pipelines"
    AZURE_WORKSPACE = "azure.workspace", "Azure ML: security of the workspace"
    AZURE_COMPUTE = "azure.compute", "Azure ML: protection of compute instances"
    AZURE_DEPLOYMENT = "azure.deployment", "Azure ML: security of deployments"
    GOOGLE_MODEL = "google.model", "Google AI Platform: protection of models"
    GOOGLE_TRAINING = "google.training", "Google AI Platform: security of training"
    GOOGLE_PIPELINE = "google.pipeline", "Google AI Platform: security of pipelines"
    GOOGLE_API = "google.api", "Google AI Platform: security of the API"


class PlatformAttestationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All of them for who may read attestations; they name no model."""
        return self if user.is_active and user.has_perm("external.view_platformattestation") else self.none()

    def holding(self) -> Self:
        """Those that count now."""
        return self.filter(withdrawn_at=None, expires_at__gt=timezone.now())


class PlatformAttestation(models.Model):
    """What somebody attests, with where the evidence lies. It ends by itself; a later one takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=30, choices=Subject)
    statement = models.TextField(max_length=2000, help_text="What was looked at, and what was found.")
    evidence_url = models.CharField("evidence", max_length=500, help_text="Where the evidence lies.")
    author_kind = models.CharField(max_length=20)
    author_ref = models.CharField(max_length=100)
    attested_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = PlatformAttestationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "attestation of a platform"
        verbose_name_plural = "attestations of platforms"
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="external_subject_known"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("attested_at")), name="external_attestation_ends_later"
            ),
        ]
        indexes = [models.Index(fields=["subject", "-id"], name="external_attestation_newest")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}, attested {self.attested_at:%Y-%m-%d}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def state(self) -> str:
        """Whether it counts now, in one word."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "holds" if self.expires_at > timezone.now() else "expired"
