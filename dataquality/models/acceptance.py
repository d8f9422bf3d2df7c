"""Findings that somebody has accepted for a while."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import Dataset


class AcceptedIssue(models.Model):
    """A finding of a dataset's runs that takes nothing from the score until a day, with the reason.

    ``rule`` and ``column`` are those of the issue, ``name`` that of the suite's rule where it is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="accepted_issues")
    rule = models.CharField(max_length=40)
    name = models.CharField(max_length=80, blank=True, default="")
    column = models.CharField(max_length=255, blank=True, default="")
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="accepted_issues"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["dataset", "-created_at"]
        default_permissions = ()
        indexes = [models.Index(fields=["dataset", "until"], name="quality_accepted_until")]

    def __str__(self) -> str:
        return f"{self.name or self.rule} in {self.column or 'the table'} of {self.dataset.name}"
