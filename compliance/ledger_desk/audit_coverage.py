"""Which event tells of what the ledger's desk does."""

from compliance.audit.coverage import model, route
from compliance.audit.personal.audit_events import PERSONAL_READ

from .audit_events import VERIFIED

route("admin/ledger/origins/<uuid:pk>/", get=PERSONAL_READ)
model("ledger_desk.Verification", VERIFIED)
