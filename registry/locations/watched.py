"""What the database watches of storage locations."""

from compliance.audit.watching import exempt, watch

watch(
    "locations.StorageLocation",
    "name",
    "kind",
    "is_primary",
    "is_enabled",
    "lock_days",
    masked=["options", "secret_id"],
)
exempt(
    "What a look at a location has found; its findings are on the posture page.",
    "locations.ForeignFile",
    "locations.Reconciliation",
)
