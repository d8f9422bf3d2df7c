"""How long signatures and keys are kept."""

from compliance.retention import keep

keep(
    "signing.signatures",
    "Signatures, their keys and policies",
    "Kept as long as the model: who signed a version must stay provable.",
    "signing.TrustedKey",
    "signing.VersionSignature",
    "signing.SigningPolicy",
)
