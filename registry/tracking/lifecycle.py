"""How long experiments, runs and logged models are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes

from . import purging as rows
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


@classes.register("tracking.experiments")
class Tracked(Lifecycle):
    """Experiments, runs and logged models with their figures."""

    label = "Experiments, runs and logged models"
    rule = (
        "Kept until somebody deletes them, then for MODELOPS_DELETED_KEPT_DAYS in which they can be restored, then "
        "removed. What a version was made of or trained in stays with the version, a run stays with its logged models."
    )
    covers = frozenset(
        f"tracking.{name}"
        for name in ("Experiment", "Run", "Metric", "LatestMetric", "DatasetInput", "ModelOutput", "LoggedModel")
    )

    def due(self) -> int:
        return rows.count_due()

    def remove(self, *, actor: Actor) -> int:
        return rows.purge_due(actor=actor)
