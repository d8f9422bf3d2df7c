"""What came in one request, and the sealed features of its rows."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from modelops.crypto.fields import SealedBytesField
from modelops.lib.ids import uuid7
from monitoring.predictions.querysets import BatchQuerySet
from registry.models import RegisteredModel

from .streams import Stream


class BatchKind(models.TextChoices):
    ROWS = "rows", "Predictions, row by row"
    SKETCH = "sketch", "Sketches of predictions"
    TRUTH = "truth", "Ground truth"


class PredictionBatch(models.Model):
    """One accepted request. ``client_id`` is the sender's ``batch_id``: the same batch is taken once.

    ``sent_digest`` tells a repeated request from another one under the same id. ``ignored`` counts rows that were
    known already, ``contradicted`` labels that another label contradicts. ``set_aside`` are the places of rows
    that were not stored, because the person they are about is kept out, and ``set_aside_keys`` keyed digests of their
    ids; of ground truth, the places of labels for such rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="prediction_batches")
    stream = models.ForeignKey(Stream, null=True, on_delete=models.CASCADE, related_name="batches")
    kind = models.CharField(max_length=8, choices=BatchKind)
    client_id = models.CharField(max_length=100)
    sent_digest = models.BinaryField(max_length=32)
    rows = models.PositiveIntegerField()
    errors = models.PositiveIntegerField(default=0)
    cells = models.PositiveBigIntegerField(default=0, help_text="Values of features, present or not.")
    nulls = models.PositiveBigIntegerField(default=0, help_text="Those of them that are missing.")
    ignored = models.PositiveIntegerField(default=0)
    contradicted = models.PositiveIntegerField(default=0)
    set_aside = models.JSONField(default=list)
    set_aside_keys = ArrayField(models.BigIntegerField(), default=list)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["model", "kind", "client_id"], name="predictions_batch_once"),
            models.CheckConstraint(condition=models.Q(kind__in=BatchKind.values), name="predictions_batch_kind_known"),
        ]
        indexes = [
            models.Index(fields=["stream", "last_at"], name="predictions_batch_recent"),
            models.Index(fields=["received_at"], name="predictions_batch_received"),
            GinIndex(fields=["set_aside_keys"], name="predictions_set_aside_keys"),
        ]

    def __str__(self) -> str:
        return self.client_id


class FeatureBlock(models.Model):
    """The features of a batch, column by column (`features.packed`), or its sketches; sealed as one value."""

    batch = models.OneToOneField(
        PredictionBatch, primary_key=True, on_delete=models.CASCADE, related_name="feature_block"
    )
    content = SealedBytesField()

    def __str__(self) -> str:
        return f"Features of {self.batch_id}"
