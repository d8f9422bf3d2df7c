"""How long attestations are kept."""

from compliance.retention import keep

keep(
    "provenance.attestations",
    "Attestations of versions",
    "Kept as long as their version: where a version was built must stay provable.",
    "provenance.Attestation",
)
