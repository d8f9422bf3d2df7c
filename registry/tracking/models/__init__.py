from .experiment import DEFAULT_NUMBER, Experiment
from .files import RegisteredFolder, TrackedFile
from .links import DatasetInput, ModelOutput
from .logged_model import LoggedModel, LoggedModelStatus
from .metric import LatestMetric, Metric
from .run import Run, RunStatus

__all__ = [
    "DEFAULT_NUMBER",
    "DatasetInput",
    "Experiment",
    "LatestMetric",
    "LoggedModel",
    "LoggedModelStatus",
    "Metric",
    "ModelOutput",
    "RegisteredFolder",
    "Run",
    "RunStatus",
    "TrackedFile",
]
