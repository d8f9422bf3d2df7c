"""Which event tells of files and figures of the ledger."""

from compliance.audit.coverage import Exempt, route
from compliance.audit.exporting.events import EXPORT_FINISHED, EXPORT_STARTED, REPORT_MADE

_FILE = (EXPORT_STARTED, EXPORT_FINISHED)

route("admin/ledger/exports/", get=Exempt.FORM)
route("admin/ledger/exports/file/", post=_FILE)
route("admin/ledger/exports/keys.txt", get=Exempt.INTERFACE)
route("admin/ledger/exports/verify_audit.py", get=Exempt.INTERFACE)
route("admin/ledger/report/", get=REPORT_MADE)
route("admin/ledger/report/file/", post=REPORT_MADE)
route("api/v1/audit-events/export/", get=_FILE)
route("api/v1/audit-events/report/", get=REPORT_MADE)
route("api/v1/audit-events/schema/", get=Exempt.INTERFACE)
