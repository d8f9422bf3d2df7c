"""Which event tells of evidence."""

from compliance.audit.coverage import Exempt, route

from .audit_events import PACK_GIVEN

route("admin/evidence/", get=Exempt.FIGURES)
route("admin/evidence/pack/", post=PACK_GIVEN)
route("admin/evidence/framework.csv", get=Exempt.FIGURES)
route("admin/evidence/checklist/", get=Exempt.FIGURES)
