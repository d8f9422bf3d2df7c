"""Names that another registry gives its principals."""

from compliance.subjects.providers import exempt

exempt(
    "external.ExternalRecord",
    "Principals as another registry names them (ARNs of roles and accounts); it answers for whom they stand.",
)
exempt(
    "external.PlatformAttestation",
    "It names who attested by opaque id, as the ledger does, which is exported.",
)
