"""How long detections are kept."""

from compliance.retention import keep

keep("detections.rows", "Detections", "Kept: what was seen, when, and what came of it.", "detections.Detection")
