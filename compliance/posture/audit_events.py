"""What the ledger tells of the posture."""

from compliance.audit import define

SNAPSHOT_KEPT = define(
    "posture.snapshot.kept",
    "kept the signed posture of {month}: {controls} controls (file {sha256})",
    "month", "controls", "sha256",
    category="security", ocsf="detection_finding.other",
)  # fmt: skip
SNAPSHOT_GIVEN = define(
    "posture.snapshot.given",
    "gave out the signed posture of {month}",
    "month",
    category="security",
    ocsf="datastore.read",
)
