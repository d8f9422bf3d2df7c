"""Which event tells of the tables of experiments and runs."""

from compliance.audit.coverage import model
from registry.audit_events import VERSION_ADDED

from .audit_events import (
    EXPERIMENT_CHANGED,
    EXPERIMENT_CREATED,
    EXPERIMENT_DELETED,
    EXPERIMENT_RESTORED,
    RUN_CHANGED,
    RUN_DELETED,
    RUN_LOGGED,
    RUN_RESTORED,
    RUN_STARTED,
)
from .files.events import FILE_REMOVED, FILE_STORED, FILES_PURGED
from .logged.events import MODEL_CHANGED, MODEL_DELETED, MODEL_LOGGED

model("tracking.Experiment", EXPERIMENT_CREATED, EXPERIMENT_CHANGED, EXPERIMENT_DELETED, EXPERIMENT_RESTORED)
model("tracking.Run", RUN_STARTED, RUN_LOGGED, RUN_CHANGED, RUN_DELETED, RUN_RESTORED)
for _label in ("Metric", "LatestMetric", "DatasetInput", "ModelOutput"):
    model(f"tracking.{_label}", RUN_LOGGED)
model("tracking.LoggedModel", MODEL_LOGGED, MODEL_CHANGED, MODEL_DELETED)
model("tracking.TrackedFile", FILE_STORED, FILE_REMOVED, FILES_PURGED)
model("tracking.RegisteredFolder", VERSION_ADDED)
