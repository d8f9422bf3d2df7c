"""Records of processing activities (GDPR Art. 30)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class LegalBasis(models.TextChoices):
    """GDPR Art. 6(1)."""

    CONSENT = "consent", "Consent (a)"
    CONTRACT = "contract", "Contract (b)"
    LEGAL = "legal", "Legal obligation (c)"
    VITAL = "vital", "Vital interests (d)"
    PUBLIC = "public", "Public task (e)"
    LEGITIMATE = "legitimate", "Legitimate interests (f)"


class ProcessingActivity(models.Model):
    """What is done with data of people, why, with whom, how long: every field of Art. 30(1)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, unique=True)
    controller = models.CharField("controller and contact", max_length=400)
    purpose = models.CharField(max_length=1000)
    basis = models.CharField("legal basis", max_length=12, choices=LegalBasis)
    subjects = models.CharField("categories of people", max_length=400)
    categories = models.CharField("categories of data", max_length=400)
    recipients = models.CharField(max_length=400)
    transfers = models.CharField("transfers to other countries, with safeguards", max_length=400)
    retention = models.CharField("time limits of erasure", max_length=400)
    measures = models.CharField("security measures", max_length=1000)
    datasets: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="Names of datasets of it.")
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "processing activity"
        verbose_name_plural = "processing activities"
        ordering = ["name"]
        default_permissions = ("view", "add", "change")
        constraints = [models.CheckConstraint(condition=Q(basis__in=LegalBasis.values), name="registers_basis")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name
