"""Detections name accounts by opaque id, as the ledger does."""

from compliance.subjects.mentions import free_text
from compliance.subjects.providers import exempt

exempt("detections.Detection", "It names accounts by opaque id, as the ledger does, which is exported.")
exempt("detections.Threshold", "It names who tried and set by opaque id, as the ledger does.")
free_text("detections.Threshold", "reason")
