"""How long models, data and their files are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from .artifacts.sweep import sweep


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


keep(
    "registry.models",
    "Models and their versions",
    "Kept: versions are immutable, and what a model was trained on must stay provable.",
    "registry.RegisteredModel",
    "registry.ModelVersion",
    "registry.ModelVersionDataset",
    "registry.ModelVersionFile",
)
keep(
    "registry.datasets",
    "Datasets and their versions",
    "Kept: models and reports refer to them.",
    "registry.Dataset",
    "registry.DatasetVersion",
)
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
