"""What the ledger records about data sources. The key of an object may name people: it stays in the row."""

from compliance.audit import define

SOURCE_ADDED = define(
    "sources.source.added", "added the data source {name} ({kind})", "name", "kind", "roles",
    category="security", ocsf="entity.create",
)  # fmt: skip
SOURCE_CHANGED = define(
    "sources.source.changed", "changed {fields} of the data source {name}", "name", "fields", "roles",
    category="security", ocsf="entity.update",
)  # fmt: skip
OBJECTS_LISTED = define(
    "sources.source.listed", "listed objects of the data source {name}", "name",
    category="data", ocsf="entity.read",
)  # fmt: skip
IMPORT_ASKED = define(
    "sources.import.asked",
    "asked for {size} bytes of the data source {source} as a version of dataset {dataset}",
    "source", "dataset", "size",
    category="data", ocsf="scheduled_job.create",
)  # fmt: skip
IMPORTED = define(
    "sources.import.done",
    "imported {dataset} version {version} from the data source {source}",
    "source", "dataset", "version", "size", "sha256",
    category="data", ocsf="file_hosting.upload",
)  # fmt: skip
IMPORT_FAILED = define(
    "sources.import.failed", "did not import {dataset} from the data source {source}", "source", "dataset",
    category="data", ocsf="file_hosting.upload",
)  # fmt: skip
