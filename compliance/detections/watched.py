"""What the database watches of detections."""

from compliance.audit.watching import watch

watch("detections.Threshold", "kind", "name", "before", "value", "set_at", "set_ref", masked=["reason"])
watch("detections.Detection", "kind", "closed_at", "closed_ref", "verdict")
