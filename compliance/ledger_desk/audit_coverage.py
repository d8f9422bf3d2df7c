"""Which event tells of what the ledger's desk does."""

from compliance.audit.coverage import Exempt, model, route
from compliance.audit.personal.audit_events import PERSONAL_READ

from . import export_coverage  # noqa: F401  declares the routes of exports
from .audit_events import PROOF_SHOWN, VERIFICATION_ASKED, VERIFIED

route("admin/ledger/", get=Exempt.FIGURES)
route("admin/ledger/verify/", post=VERIFICATION_ASKED)
route("admin/ledger/proofs/<uuid:pk>/", get=PROOF_SHOWN)
route("admin/ledger/proofs/<uuid:pk>.json", get=PROOF_SHOWN)
route("admin/audit-coverage/", get=Exempt.INTERFACE)
route("admin/ledger/origins/<uuid:pk>/", get=PERSONAL_READ)
model("ledger_desk.Verification", VERIFIED)
