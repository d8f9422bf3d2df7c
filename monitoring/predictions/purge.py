"""Predictions go with their model; of a version that is purged they stay, under its number."""

from collections.abc import Iterable

from registry.deletion.events import Row
from registry.deletion.keeping import clears
from registry.models import Artifact, RegisteredModel

from .models import GroundTruth, Prediction, PredictionBatch, Stream


@clears
def clear_predictions(row: Row) -> Iterable[Artifact]:
    """Remove all that was predicted by a model that is purged."""
    if isinstance(row, RegisteredModel):
        Prediction.objects.filter(stream__model=row).delete()
        GroundTruth.objects.filter(model=row).delete()
        PredictionBatch.objects.filter(model=row).delete()
        Stream.objects.filter(model=row).delete()
    return []
