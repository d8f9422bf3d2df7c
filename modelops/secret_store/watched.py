"""What the database watches of stored secrets."""

from compliance.audit.watching import watch

watch(
    "secret_store.StoredSecret",
    "name",
    "purpose",
    masked=["sealed_value", "reference"],
    recorded_about=["keys.rotation"],
)
