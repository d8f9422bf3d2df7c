"""What the ledger tells of people in datasets. Who they are stands nowhere in it."""

from compliance.audit import define

COLUMN_DECLARED = define(
    "people.subject_column.declared",
    "said that column {column} of {name} names people",
    "name", "column",
    category="privacy", ocsf="entity.update",
)  # fmt: skip
ROWS_ERASED = define(
    "people.rows.erased",
    "took {rows} rows out of version {version} of {name}",
    "name", "version", "rows", "sha256_before", "sha256",
    category="privacy", ocsf="datastore.write",
)  # fmt: skip
PERSON_EXCLUDED = define(
    "people.person.excluded",
    "keeps a person out of datasets for {reference}",
    "reference",
    category="privacy", ocsf="entity.create",
)  # fmt: skip
INDEXED = define(
    "people.version.indexed",
    "indexed the people in version {version} of {name} ({people})",
    "name", "version", "people",
    category="privacy", ocsf="datastore.read",
)  # fmt: skip
HOLDS_EXCLUDED = define(
    "people.version.holds_excluded",
    "found people who were erased in version {version} of {name}",
    "name", "version", "people",
    category="privacy", ocsf="datastore.read",
)  # fmt: skip
