"""How long attestations and policies are kept."""

from compliance.retention import keep

keep(
    "provenance.attestations",
    "Attestations of versions, and what models demand of them",
    "Kept as long as the model: where a version was built must stay provable.",
    "provenance.Attestation",
    "provenance.ProvenancePolicy",
)
