"""How long predictions and labels are kept."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Governed, classes, keep

from .models import FeatureBlock, GroundTruth, PredictionBatch
from .months import drop_months, months_before


def _limit(days: int) -> dt.datetime:
    """The first of the month in which the oldest kept row arrived: months are dropped as wholes."""
    oldest = timezone.now() - dt.timedelta(days=days)
    return oldest.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@classes.register("predictions.rows")
class Predictions(Governed):
    """Predictions with their features, and ground truth."""

    label = "Predictions and ground truth"
    rule = "Removed with the month in which they arrived, when the policy's days after it are over."
    policy = "predictions"
    covers = frozenset(
        {
            "predictions.Prediction",
            "predictions.PredictionBatch",
            "predictions.FeatureBlock",
            "predictions.GroundTruth",
        }
    )

    def _over(self, limit: dt.datetime) -> list[QuerySet[Any]]:
        # Labels first: a batch of labels goes once nothing stands on it.
        return [
            GroundTruth.objects.filter(received_at__lt=limit),
            FeatureBlock.objects.filter(batch__received_at__lt=limit),
            PredictionBatch.objects.filter(received_at__lt=limit, truths=None),
        ]

    def due_after(self, days: int) -> int:
        limit = _limit(days)
        return len(months_before(limit)) + sum(rows.count() for rows in self._over(limit))

    def remove_after(self, days: int, action: str, archive_days: int | None, *, actor: Actor) -> int:
        limit = _limit(days)
        removed = len(drop_months(limit))
        for rows in self._over(limit):
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
