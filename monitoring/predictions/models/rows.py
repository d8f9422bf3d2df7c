"""One prediction. The table is partitioned by month of arrival, and written with COPY."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.fields import SealedTextField
from modelops.lib.ids import uuid7

from .batches import PredictionBatch
from .streams import Stream


class Prediction(models.Model):
    """What was answered at ``at``: a number or a label, or an error's class.

    Partitions are ranges of the id, a UUID of version 7 that is made when the row arrives: late rows need no old month.
    ``key`` is the sender's id of the row, under which ground truth names it. ``probability`` is the model's confidence
    in what it predicted. ``position`` is the row's place in its batch and in the batch's features. The references
    are no foreign keys in the database, which would look each row up twice. ``restricted_by`` has the references of
    requests that keep the row from use: it counts in no figure.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stream = models.ForeignKey(
        Stream, on_delete=models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    batch = models.ForeignKey(
        PredictionBatch, on_delete=models.CASCADE, related_name="predictions", db_constraint=False, db_index=False
    )
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=100, default="")
    at = models.DateTimeField()
    number = models.FloatField(null=True)
    label = models.CharField(max_length=100, default="")
    probability = models.FloatField(null=True)
    latency_ms = models.FloatField(null=True)
    error = models.CharField(max_length=60, default="")
    subject = SealedTextField(null=True)
    subject_index = BlindIndexField(source="subject", db_index=False)
    restricted_by = ArrayField(models.CharField(max_length=20), null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["stream", "at"], name="predictions_stream_at"),
            models.Index(fields=["key"], condition=~models.Q(key=""), name="predictions_key"),
            models.Index(
                fields=["subject_index"], condition=models.Q(subject_index__isnull=False), name="predictions_subject"
            ),
            models.Index(fields=["id"], condition=models.Q(restricted_by__isnull=False), name="predictions_restricted"),
        ]

    def __str__(self) -> str:
        return self.key or str(self.pk)
