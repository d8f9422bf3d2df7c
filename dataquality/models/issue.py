"""One thing that a quality run found."""

from django.db import models
from django.db.models import Q

from dataquality.dimensions import Dimension, Severity
from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7

from .run import QualityRun


class QualityIssueManager(models.Manager["QualityIssue"]):
    """Leaves the encrypted detail in the database until somebody who may read it asks for it."""

    def get_queryset(self) -> models.QuerySet["QualityIssue"]:
        """Issues without their detail."""
        return super().get_queryset().defer("detail")


class QualityIssue(models.Model):
    """A finding with what it took from the score; ``detail`` may hold values of the data and is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(QualityRun, on_delete=models.CASCADE, related_name="issues")
    position = models.PositiveIntegerField()
    dimension = models.CharField(max_length=20, choices=[(item.value, item.label) for item in Dimension])
    rule = models.CharField(max_length=40)
    column = models.CharField(max_length=255, blank=True, default="", help_text="Empty for the table as a whole.")
    severity = models.CharField(max_length=10, choices=[(item.value, item.label) for item in Severity])
    count = models.BigIntegerField()
    of = models.BigIntegerField()
    deduction = models.DecimalField(max_digits=9, decimal_places=6)
    message = models.CharField(max_length=500)
    first_rows = models.JSONField(default=list, help_text="Rows counted from 1.")
    detail = EncryptedJSONField(null=True)

    objects = QualityIssueManager()

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="quality_issue_position_once"),
            models.CheckConstraint(condition=Q(deduction__gte=0), name="quality_issue_deducts"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} in {self.column or 'the table'}"

    @property
    def share(self) -> float:
        """``count`` as a share of ``of``."""
        return self.count / self.of if self.of else 0.0
