"""What the ledger records about retention."""

from compliance.audit import define

RETENTION_APPLIED = define(
    "retention.rule.applied",
    "removed {removed} of {data_class}",
    "data_class",
    "removed",
    category="privacy",
    ocsf="datastore.delete",
)
