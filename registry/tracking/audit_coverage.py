"""Which event tells of the tables of experiments and runs."""

from compliance.audit.coverage import Exempt, model, route
from registry.audit_events import VERSION_ADDED

from .audit_events import (
    EXPERIMENT_CHANGED,
    EXPERIMENT_CREATED,
    EXPERIMENT_DELETED,
    EXPERIMENT_PURGED,
    EXPERIMENT_RESTORED,
    EXPERIMENT_VIEWED,
    LOGGED_MODEL_PURGED,
    RUN_CHANGED,
    RUN_DELETED,
    RUN_LOGGED,
    RUN_PURGED,
    RUN_RESTORED,
    RUN_STARTED,
    RUN_VIEWED,
)
from .files.events import FILE_REMOVED, FILE_STORED, FILES_PURGED
from .logged.events import MODEL_CHANGED, MODEL_DELETED, MODEL_LOGGED

route("mlflow/", get=Exempt.REDIRECT)
route("experiments/", get=Exempt.NAMES)
route("experiments/<int:number>/", get=EXPERIMENT_VIEWED)
route("experiments/-/runs/<str:run_id>/", get=RUN_VIEWED)

model(
    "tracking.Experiment",
    EXPERIMENT_CREATED,
    EXPERIMENT_CHANGED,
    EXPERIMENT_DELETED,
    EXPERIMENT_RESTORED,
    EXPERIMENT_PURGED,
)
model("tracking.Run", RUN_STARTED, RUN_LOGGED, RUN_CHANGED, RUN_DELETED, RUN_RESTORED, RUN_PURGED)
for _label in ("Metric", "LatestMetric", "DatasetInput", "ModelOutput"):
    model(f"tracking.{_label}", RUN_LOGGED)
model("tracking.LoggedModel", MODEL_LOGGED, MODEL_CHANGED, MODEL_DELETED, LOGGED_MODEL_PURGED)
model("tracking.TrackedFile", FILE_STORED, FILE_REMOVED, FILES_PURGED)
model("tracking.RegisteredFolder", VERSION_ADDED)
