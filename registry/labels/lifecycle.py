"""How long labels are kept."""

from compliance.retention import keep

keep(
    "labels.labels",
    "Labels of models and versions",
    "Kept as long as their model or version.",
    "labels.ModelLabels",
    "labels.VersionLabels",
)
