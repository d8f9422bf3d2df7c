"""What the ledger records about evidence."""

from compliance.audit import define

PACK_GIVEN = define(
    "evidence.pack.given",
    "gave out the evidence from {since} to {until}: {files} files",
    "since", "until", "files", "sha256",
    category="security", ocsf="datastore.read",
)  # fmt: skip
CATALOGUE_IMPORTED = define(
    "evidence.catalogue.imported",
    "imported the framework {name} with {controls} controls, {mapped} of them mapped to checks",
    "name", "controls", "mapped", "sha256",
    category="security", ocsf="entity.update",
)  # fmt: skip
