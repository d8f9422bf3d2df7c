"""Models, datasets, their versions, and the sealed files behind them."""

from .artifact import Artifact
from .copy import ArtifactCopy, CopyState
from .dataset import Dataset, DatasetVersion
from .model import RegisteredModel, TaskType
from .retired import RetiredName
from .version import ModelVersion, ModelVersionDataset, ModelVersionFile, VersionState

__all__ = [
    "Artifact",
    "ArtifactCopy",
    "CopyState",
    "Dataset",
    "DatasetVersion",
    "ModelVersion",
    "ModelVersionDataset",
    "ModelVersionFile",
    "RegisteredModel",
    "RetiredName",
    "TaskType",
    "VersionState",
]
