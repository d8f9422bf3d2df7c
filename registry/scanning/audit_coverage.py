"""Which event tells of scans."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED, VERSION_VIEWED

from .audit_events import QUARANTINED_OPENED, SCAN_ASKED, SCAN_GAVE_UP, SCANNED

_VERSION = "models/<object_name:name>/versions/<int:number>/"

route(f"api/v1/{_VERSION}scan/", get=VERSION_VIEWED, post=SCAN_ASKED)
_OPENED = (QUARANTINED_OPENED, ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED)
route(f"api/v1/{_VERSION}quarantined-file/", post=_OPENED)
route(f"{_VERSION}scan/", post=SCAN_ASKED)
admin_pages("scanning.Inspection", listing_acts=SCAN_ASKED)
admin_pages("scanning.Verdict")
route("admin/scanning/inspection/<uuid:pk>/again/", post=SCAN_ASKED)
route("admin/scanning/inspection/<uuid:pk>/open/", get=Exempt.FORM, post=_OPENED)

model("scanning.Inspection", SCANNED, SCAN_ASKED, SCAN_GAVE_UP)
model("scanning.Verdict", SCANNED)
