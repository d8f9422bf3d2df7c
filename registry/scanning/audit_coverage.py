"""Which event tells of scans."""

from compliance.audit.coverage import model

from .audit_events import SCAN_ASKED, SCAN_GAVE_UP, SCANNED

model("scanning.Inspection", SCANNED, SCAN_ASKED, SCAN_GAVE_UP)
model("scanning.Verdict", SCANNED)
