"""How long records of other registries are kept."""

from compliance.retention import keep

keep(
    "external.records",
    "Records of models in other registries",
    "Kept without an end: they are evidence of what another registry said on a day.",
    "external.ExternalRecord",
)
keep(
    "external.attestations",
    "Attestations of platforms",
    "Kept without an end: who attested what, and when, is evidence.",
    "external.PlatformAttestation",
)
