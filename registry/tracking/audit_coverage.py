"""Which event tells of the tables of experiments and runs."""

from compliance.audit.coverage import model

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

model("tracking.Experiment", EXPERIMENT_CREATED, EXPERIMENT_CHANGED, EXPERIMENT_DELETED, EXPERIMENT_RESTORED)
model("tracking.Run", RUN_STARTED, RUN_LOGGED, RUN_CHANGED, RUN_DELETED, RUN_RESTORED)
for _label in ("Metric", "LatestMetric", "DatasetInput", "ModelOutput"):
    model(f"tracking.{_label}", RUN_LOGGED)
