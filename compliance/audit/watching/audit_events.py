"""What the database itself writes into the ledger."""

from compliance.audit.events import define

ROWS_CHANGED = define(
    "watching.rows.changed",
    "{operation} of {count} rows of {model} that nothing in the portal accounts for",
    "operation",
    "count",
    "model",
    "rows",
    category="security",
    ocsf="entity.update",
)
