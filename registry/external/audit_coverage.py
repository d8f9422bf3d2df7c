"""Which event tells of records of other registries."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import ATTESTED, RECORD_IMPORTED, RECORD_VIEWED, WITHDRAWN

route("api/v1/external-records/", get=Exempt.NAMES, post=RECORD_IMPORTED)
route("api/v1/external-records/<uuid:pk>/", get=RECORD_VIEWED)
route("models/-/elsewhere/", get=Exempt.NAMES)
route("models/-/elsewhere/new/", get=Exempt.FORM, post=RECORD_IMPORTED)
route("models/-/elsewhere/attestations/new/", get=Exempt.FORM, post=ATTESTED)
route("models/-/elsewhere/attestations/<uuid:pk>/withdraw/", post=WITHDRAWN)
route("api/v1/external-records/attestations/", get=Exempt.NAMES, post=ATTESTED)
route("api/v1/external-records/attestations/<uuid:pk>/withdraw/", post=WITHDRAWN)
admin_pages("external.ExternalRecord")

model("external.ExternalRecord", RECORD_IMPORTED)
model("external.PlatformAttestation", ATTESTED, WITHDRAWN)
