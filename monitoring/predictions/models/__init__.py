"""Models of predictions: streams, batches, rows, ground truth, windows, and what is said about features."""

from .batches import BatchKind, FeatureBlock, PredictionBatch
from .rows import Prediction
from .schemas import FeatureSchema, GroupPolicy
from .streams import Stream
from .truth import GroundTruth
from .windows import Window

__all__ = [
    "BatchKind",
    "FeatureBlock",
    "FeatureSchema",
    "GroundTruth",
    "GroupPolicy",
    "Prediction",
    "PredictionBatch",
    "Stream",
    "Window",
]
