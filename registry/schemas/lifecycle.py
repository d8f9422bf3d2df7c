"""How long the schemas of datasets are kept."""

from compliance.retention import keep

keep(
    "schemas.schemas",
    "Schemas of datasets",
    "Kept with their dataset: what a version was held against must stay provable.",
    "schemas.DatasetSchema",
)
