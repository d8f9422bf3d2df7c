"""How long storage locations are kept."""

from compliance.retention import keep

keep(
    "locations.locations",
    "Storage locations",
    "Kept: copies of artifacts refer to them.",
    "locations.StorageLocation",
)
