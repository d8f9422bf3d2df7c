"""What the database watches of data sources."""

from compliance.audit.watching import watch

watch("sources.DataSource", "name", "kind", "is_enabled", masked=["options", "secret_id"])
watch("sources.DataSource.roles", "datasource", "group")
watch(
    "sources.DataImport",
    "dataset",
    "source",
    "size",
    "state",
    "version",
    masked=["key"],
)
