"""How long experiments, runs and logged models are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from .files import purging


@classes.register("tracking.files")
class Files(Lifecycle):
    """Files of runs and logged models, and which versions were made of them."""

    label = "Artifacts of runs and logged models"
    rule = (
        "Kept with their run or logged model. What was deleted loses its files after MODELOPS_DELETED_KEPT_DAYS, "
        "unless a version was made of them."
    )
    covers = frozenset({"tracking.TrackedFile", "tracking.RegisteredFolder"})

    def due(self) -> int:
        return purging.count_due()

    def remove(self, *, actor: Actor) -> int:
        return purging.purge_due(actor=actor)


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
