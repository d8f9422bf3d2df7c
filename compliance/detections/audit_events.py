"""What the ledger records about detections."""

from compliance.audit import define

DETECTED = define(
    "detections.detection.opened",
    "detected {kind}: {count} where {expected} is the limit",
    "kind", "count", "expected", "evidence",
    category="security", ocsf="detection_finding.create",
)  # fmt: skip
THRESHOLD_TRIED = define(
    "detections.threshold.tried",
    "tried {value} in place of {before} as the threshold {kind} {name} over {days} days",
    "kind", "name", "before", "value", "days", "fires_now", "fires_then",
    category="security", ocsf="entity.read",
)  # fmt: skip
THRESHOLD_SET = define(
    "detections.threshold.set",
    "set the threshold {kind} {name} from {before} to {value}, with a reason",
    "kind", "name", "before", "value",
    category="security", ocsf="entity.update",
)  # fmt: skip
CLOSED = define(
    "detections.detection.closed",
    "closed the detection {kind}: {verdict}",
    "kind", "verdict",
    category="security", ocsf="detection_finding.close",
)  # fmt: skip
