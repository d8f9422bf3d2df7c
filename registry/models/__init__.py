"""Models, datasets, their versions, and the sealed files behind them."""

from .artifact import Artifact
from .copy import ArtifactCopy, CopyState
from .dataset import Dataset, DatasetVersion
from .model import RegisteredModel, RiskClass, TaskType
from .retired import RetiredName
from .saved_filter import FilteredList, SavedFilter
from .version import ModelVersion, ModelVersionDataset, ModelVersionFile, VersionState

__all__ = [
    "Artifact",
    "ArtifactCopy",
    "CopyState",
    "Dataset",
    "DatasetVersion",
    "FilteredList",
    "ModelVersion",
    "ModelVersionDataset",
    "ModelVersionFile",
    "RegisteredModel",
    "RetiredName",
    "RiskClass",
    "SavedFilter",
    "TaskType",
    "VersionState",
]
