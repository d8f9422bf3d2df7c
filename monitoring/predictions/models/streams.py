"""All that one version of a model predicts: a stream, with totals that only grow."""

from django.db import models

from monitoring.predictions.querysets import StreamQuerySet
from registry.models import ModelVersion, RegisteredModel


class Stream(models.Model):
    """One version as senders name it. ``version`` is None while the registry does not know that number.

    The totals are what counters of /metrics show; retention takes nothing from them. ``latency_counts`` counts the
    rows in each bucket of `latency.BOUNDS_MS`, the last one beyond them all. ``set_aside`` counts
    rows that were not stored.
    """

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="prediction_streams")
    version_number = models.PositiveIntegerField()
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="prediction_streams")
    predictions = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    set_aside = models.BigIntegerField(default=0)
    error_classes = models.JSONField(default=dict)
    latency_counts = models.JSONField(default=list)
    latency_sum_ms = models.FloatField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    last_received_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StreamQuerySet.as_manager()

    class Meta:
        ordering = ["model", "-version_number"]
        constraints = [models.UniqueConstraint(fields=["model", "version_number"], name="predictions_stream_once")]
        indexes = [models.Index(fields=["created_at"], condition=models.Q(version=None), name="predictions_unknown")]

    def __str__(self) -> str:
        return f"{self.model.name} v{self.version_number}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)
