"""What the ledger records about signatures."""

from compliance.audit import define

VERSION_SIGNED = define(
    "signing.version.signed",
    "signed {name} version {version} with the key {key}",
    "name", "version", "key",
    category="model", ocsf="entity.update",
)  # fmt: skip
SIGNATURE_ADDED = define(
    "signing.signature.added",
    "added a signature to {name} version {version}: {state}",
    "name", "version", "state", "reason",
    category="model", ocsf="entity.create",
)  # fmt: skip
SIGNATURE_CHECKED = define(
    "signing.signature.checked",
    "checked the signature of {name} version {version} for a {occasion}: {state}",
    "name", "version", "occasion", "state", "demand", "reason",
    category="security", ocsf="scan.completed",
)  # fmt: skip
KEY_TRUSTED = define(
    "signing.key.trusted",
    "trusted the signing key {name} ({algorithm})",
    "name", "algorithm", "fingerprint", "model",
    category="security", ocsf="entity.enroll",
)  # fmt: skip
KEY_REVOKED = define(
    "signing.key.revoked",
    "revoked the signing key {name}",
    "name",
    "fingerprint",
    category="security",
    ocsf="entity.unenroll",
)
POLICY_SET = define(
    "signing.policy.changed",
    "set the signature policy of {name} to {demand} ({signer})",
    "name", "demand", "signer",
    category="security", ocsf="entity.update",
)  # fmt: skip
