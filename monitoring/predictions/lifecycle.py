"""How long predictions and labels are kept."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from .models import FeatureBlock, GroundTruth, PredictionBatch
from .months import drop_months, months_before


def _limit() -> dt.datetime:
    """The first of the month in which the oldest kept row arrived: months are dropped as wholes."""
    oldest = timezone.now() - dt.timedelta(days=settings.MODELOPS_PREDICTIONS_KEPT_DAYS)
    return oldest.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@classes.register("predictions.rows")
class Predictions(Lifecycle):
    """Predictions with their features, and ground truth."""

    label = "Predictions and ground truth"
    rule = "Removed with the month in which they arrived, MODELOPS_PREDICTIONS_KEPT_DAYS after it."
    covers = frozenset(
        {
            "predictions.Prediction",
            "predictions.PredictionBatch",
            "predictions.FeatureBlock",
            "predictions.GroundTruth",
        }
    )

    def _over(self) -> list[QuerySet[Any]]:
        limit = _limit()
        # Labels first: a batch of labels goes once nothing stands on it.
        return [
            GroundTruth.objects.filter(received_at__lt=limit),
            FeatureBlock.objects.filter(batch__received_at__lt=limit),
            PredictionBatch.objects.filter(received_at__lt=limit, truths=None),
        ]

    def due(self) -> int:
        return len(months_before(_limit())) + sum(rows.count() for rows in self._over())

    def remove(self, *, actor: Actor) -> int:
        removed = len(drop_months(_limit()))
        for rows in self._over():
            # Past Django's collector: it would look for the rows of each batch, which went with their month.
            removed += rows._raw_delete(rows.db)
        return removed


keep(
    "predictions.figures",
    "Figures of predictions",
    "Kept as long as the model: counts and sums by hour, without a row of anybody.",
    "predictions.Stream",
    "predictions.Window",
)
keep(
    "predictions.rules",
    "Schemas of features and policies of groups",
    "Kept as long as the version or the model.",
    "predictions.FeatureSchema",
    "predictions.GroupPolicy",
)
