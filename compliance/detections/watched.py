"""What the database watches of detections."""

from compliance.audit.watching import watch

watch("detections.Detection", "kind", "closed_at", "closed_ref", "verdict")
