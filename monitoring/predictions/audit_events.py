"""What the ledger records about predictions: one row a request, never what a row of it says."""

from compliance.audit import define

BATCH_RECEIVED = define(
    "predictions.batch.received",
    "sent {rows} predictions of {model} v{version} as batch {batch}",
    "model", "version", "batch", "rows", "errors", "known",
    category="data", ocsf="entity.create",
)  # fmt: skip
ROWS_SET_ASIDE = define(
    "predictions.rows.set_aside",
    "had {rows} predictions of {model} v{version} in batch {batch} set aside: they are about people who are kept out",
    "model", "version", "batch", "rows",
    category="privacy", ocsf="entity.delete",
)  # fmt: skip
LABELS_RECEIVED = define(
    "predictions.labels.received",
    "sent {rows} labels for {model} as batch {batch}",
    "model", "batch", "rows", "ignored", "contradicted",
    category="data", ocsf="entity.create",
)  # fmt: skip
LABELS_SET_ASIDE = define(
    "predictions.labels.set_aside",
    "had {rows} labels for {model} in batch {batch} set aside: their predictions were",
    "model", "batch", "rows",
    category="privacy", ocsf="entity.delete",
)  # fmt: skip
PERFORMANCE_VIEWED = define(
    "predictions.performance.viewed",
    "looked at how {model} v{version} does",
    "model", "version",
    category="model", ocsf="entity.read",
)  # fmt: skip
SCHEMA_CHANGED = define(
    "predictions.schema.changed",
    "described {features} features of {model} v{version}",
    "model", "version", "features",
    category="model", ocsf="entity.update",
)  # fmt: skip
GROUPS_CHANGED = define(
    "predictions.groups.changed",
    "set which groups of {model} are compared",
    "model", "features", "limit",
    category="model", ocsf="entity.update",
)  # fmt: skip
