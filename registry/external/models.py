"""What another registry says of a model of its own."""

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
