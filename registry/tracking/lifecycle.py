"""How long experiments, runs and logged models are kept."""

from compliance.retention import keep

keep(
    "tracking.experiments",
    "Experiments, runs and logged models",
    "Kept: what a version was trained with must stay provable. What is deleted is hidden, and can be restored.",
    "tracking.Experiment",
    "tracking.Run",
    "tracking.Metric",
    "tracking.LatestMetric",
    "tracking.DatasetInput",
    "tracking.ModelOutput",
    "tracking.LoggedModel",
)
