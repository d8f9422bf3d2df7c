"""Which event tells of records of other registries."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import RECORD_IMPORTED, RECORD_VIEWED

route("api/v1/external-records/", get=Exempt.NAMES, post=RECORD_IMPORTED)
route("api/v1/external-records/<uuid:pk>/", get=RECORD_VIEWED)
admin_pages("external.ExternalRecord")

model("external.ExternalRecord", RECORD_IMPORTED)
