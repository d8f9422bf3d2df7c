"""What turned out to be true of a prediction."""

from django.db import models

from modelops.lib.ids import uuid7
from registry.models import RegisteredModel

from .batches import PredictionBatch


class GroundTruth(models.Model):
    """The truth about the prediction ``key``, a number or a label. A correction is a further row.

    ``is_current`` marks the row that counts. A label that contradicts the current one without calling itself a
    correction does not count: it stands here as ``is_contradiction``, for people to decide.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="ground_truth")
    batch = models.ForeignKey(PredictionBatch, on_delete=models.CASCADE, related_name="truths")
    key = models.CharField(max_length=100)
    number = models.FloatField(null=True)
    label = models.CharField(max_length=100, default="")
    observed_at = models.DateTimeField(help_text="When it became known.")
    received_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    is_contradiction = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "ground truth"
        verbose_name_plural = "ground truth"
        constraints = [
            models.UniqueConstraint(
                fields=["model", "key"], condition=models.Q(is_current=True), name="predictions_truth_once"
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="predictions_truth_received"),
            models.Index(
                fields=["model", "received_at"],
                condition=models.Q(is_contradiction=True),
                name="predictions_contradictions",
            ),
        ]

    def __str__(self) -> str:
        return self.key
