"""What the database watches of signatures and who is trusted."""

from compliance.audit.watching import watch

watch("signing.SigningPolicy", "model", "demand", "signer")
watch("signing.TrustedKey", "name", "fingerprint", "algorithm", "is_portal", "model", "revoked_at", "revoked_because")
watch(
    "signing.VersionSignature",
    "version",
    "origin",
    "key",
    "state",
    "reason",
    masked=["bundle"],
    recorded_about=["registry.registeredmodel"],
)
