"""Which event tells of detections."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import CLOSED, DETECTED, THRESHOLD_SET, THRESHOLD_TRIED

admin_pages("detections.Detection", opened=Exempt.NAMES)
route("admin/detections/detection/<uuid:pk>/close/", post=CLOSED)
model("detections.Detection", DETECTED, CLOSED)
admin_pages("detections.Threshold", opened=Exempt.FIGURES, adds=THRESHOLD_TRIED)
route("admin/detections/threshold/<uuid:pk>/set/", post=THRESHOLD_SET)
model("detections.Threshold", THRESHOLD_TRIED, THRESHOLD_SET)
