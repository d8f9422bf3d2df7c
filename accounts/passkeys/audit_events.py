"""What passkeys tell the ledger; their names stay out of it."""

from compliance.audit import define

PASSKEY_ACCEPTED = define(
    "accounts.passkey.accepted",
    "showed a passkey to {purpose}",
    "purpose",
    category="security",
    ocsf="authentication.preauth",
)
PASSKEY_REFUSED = define(
    "accounts.passkey.refused",
    "a passkey was refused ({reason})",
    "reason",
    category="security",
    ocsf="authentication.preauth",
)
PASSKEY_STOPPED = define(
    "accounts.passkey.stopped",
    "stopped a passkey that counted backwards: a copy of it may exist",
    category="security",
    ocsf="detection_finding.create",
)
