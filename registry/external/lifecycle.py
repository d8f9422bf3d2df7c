"""How long records of other registries are kept."""

from compliance.retention import keep

keep(
    "external.records",
    "Records of models in other registries",
    "Kept without an end: they are evidence of what another registry said on a day.",
    "external.ExternalRecord",
)
