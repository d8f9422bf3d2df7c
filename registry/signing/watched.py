"""What the database watches of signatures and who is trusted."""

from compliance.audit.watching import watch

watch("signing.SigningPolicy", "model", "demand", masked=["signer"])
watch(
    "signing.TrustedKey",
    "fingerprint",
    "algorithm",
    "is_portal",
    "model",
    "revoked_at",
    masked=["name", "pem", "revoked_because"],
)
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
