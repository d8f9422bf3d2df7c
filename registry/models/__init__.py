"""Models, datasets, their versions, and the sealed files behind them."""

from .artifact import Artifact
from .dataset import Dataset, DatasetVersion
from .model import RegisteredModel, TaskType
from .version import ModelVersion, ModelVersionDataset, VersionState

__all__ = [
    "Artifact",
    "Dataset",
    "DatasetVersion",
    "ModelVersion",
    "ModelVersionDataset",
    "RegisteredModel",
    "TaskType",
    "VersionState",
]
