"""Which event tells of detections."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import CLOSED, DETECTED

admin_pages("detections.Detection", opened=Exempt.NAMES)
route("admin/detections/detection/<uuid:pk>/close/", post=CLOSED)
model("detections.Detection", DETECTED, CLOSED)
