"""What the ledger records about provenance."""

from compliance.audit import define

ATTESTATION_ADDED = define(
    "provenance.attestation.added",
    "added an attestation to {name} version {version}: {state}",
    "name", "version", "kind", "issuer", "state", "reason",
    category="model", ocsf="entity.create",
)  # fmt: skip
ATTESTATION_CHECKED = define(
    "provenance.attestation.checked",
    "checked the attestations of {name} version {version}: {changed} came out differently",
    "name", "version", "changed",
    category="security", ocsf="scan.completed",
)  # fmt: skip
