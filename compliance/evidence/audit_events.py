"""What the ledger records about evidence."""

from compliance.audit import define

PACK_GIVEN = define(
    "evidence.pack.given",
    "gave out the evidence from {since} to {until}: {files} files",
    "since", "until", "files", "sha256",
    category="security", ocsf="datastore.read",
)  # fmt: skip
