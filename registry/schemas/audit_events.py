"""What the schemas of datasets write to the audit ledger."""

from compliance.audit import define

SCHEMA_WRITTEN = define(
    "schemas.schema.written",
    "wrote version {number} of the schema of {dataset}: {personal_columns} of {columns} columns personal, "
    "{confirmed} confirmed",
    "dataset",
    "number",
    "columns",
    "personal_columns",
    "confirmed",
    "data_class",
    category="data",
    ocsf="entity.update",
)
