"""How long models, data and their files are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from . import archiving  # noqa: F401  declares how long training data is kept
from .artifacts.sweep import sweep
from .deletion import needed as _needed  # noqa: F401  registers what keeps rows from being deleted
from .deletion.purging import count_due, purge_due


@classes.register("registry.unnamed_files")
class UnnamedFiles(Lifecycle):
    """Files in the artifact store that no row names."""

    label = "Unfinished uploads and files without a row"
    rule = "Removed an hour after their last change."
    covers: frozenset[str] = frozenset()

    def due(self) -> int:
        found = sweep(remove=False)
        return found.unfinished + found.orphans

    def remove(self, *, actor: Actor) -> int:
        swept = sweep()
        return swept.unfinished + swept.orphans


@classes.register("registry.models")
class Deleted(Lifecycle):
    """Models, datasets and versions: kept until somebody deletes them, then for a while, then removed."""

    label = "Models, datasets and their versions"
    rule = (
        "Kept: versions are immutable, and what a model was trained on must stay provable. What was deleted is removed "
        "with its files after MODELOPS_DELETED_KEPT_DAYS, unless something still refers to it."
    )
    covers = frozenset(
        {
            "registry.RegisteredModel",
            "registry.ModelVersion",
            "registry.ModelVersionDataset",
            "registry.ModelVersionFile",
            "registry.Dataset",
        }
    )

    def due(self) -> int:
        return count_due()

    def remove(self, *, actor: Actor) -> int:
        return purge_due(actor=actor).removed


keep(
    "registry.artifacts",
    "Files of models and datasets",
    "Kept as long as their version.",
    "registry.Artifact",
    "registry.ArtifactCopy",
)
keep(
    "registry.retired_names",
    "Names of purged models and datasets",
    "Kept: a name that reports and the audit log say is not given to something else.",
    "registry.RetiredName",
)
keep(
    "registry.saved_filters",
    "Filters of lists that people keep",
    "Kept until the person removes them or the account goes.",
    "registry.SavedFilter",
)
