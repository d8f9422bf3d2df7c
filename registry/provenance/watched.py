"""What the database watches of provenance."""

from compliance.audit.watching import watch

watch(
    "provenance.Attestation",
    "version",
    "kind",
    "issuer",
    "key",
    "state",
    "reason",
    masked=["envelope"],
    recorded_about=["registry.modelversion", "registry.registeredmodel"],
)
