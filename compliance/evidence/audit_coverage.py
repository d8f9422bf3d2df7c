"""Which event tells of evidence."""

from compliance.audit.coverage import Exempt, model, route

from .audit_events import CATALOGUE_IMPORTED, PACK_GIVEN

route("admin/evidence/", get=Exempt.FIGURES)
route("admin/evidence/pack/", post=PACK_GIVEN)
route("admin/evidence/framework.csv", get=Exempt.FIGURES)
route("admin/evidence/checklist/", get=Exempt.FIGURES)
route("admin/evidence/frameworks/import/", get=Exempt.FORM, post=CATALOGUE_IMPORTED)
route("admin/evidence/frameworks/<slug:slug>/", get=Exempt.FIGURES)
model("evidence.ControlCatalogue", CATALOGUE_IMPORTED)
