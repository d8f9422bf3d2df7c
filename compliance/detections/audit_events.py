"""What the ledger records about detections."""

from compliance.audit import define

DETECTED = define(
    "detections.detection.opened",
    "detected {kind}: {count} where {expected} is the limit",
    "kind", "count", "expected", "evidence",
    category="security", ocsf="detection_finding.create",
)  # fmt: skip
CLOSED = define(
    "detections.detection.closed",
    "closed the detection {kind}: {verdict}",
    "kind", "verdict",
    category="security", ocsf="detection_finding.close",
)  # fmt: skip
