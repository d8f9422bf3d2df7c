"""How long detections are kept."""

from compliance.retention import keep

keep("detections.rows", "Detections", "Kept: what was seen, when, and what came of it.", "detections.Detection")
keep(
    "detections.thresholds",
    "Thresholds of detections",
    "Kept: what was tried over the ledger, what was set, when and why. Numbers and ends of ids.",
    "detections.Threshold",
)
