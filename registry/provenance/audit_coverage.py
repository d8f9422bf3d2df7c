"""Which event tells of provenance."""

from compliance.audit.coverage import admin_pages, model, route
from registry.audit_events import VERSION_VIEWED

from .audit_events import ATTESTATION_ADDED, ATTESTATION_CHECKED

route("api/v1/models/<object_name:name>/versions/<int:number>/provenance/", get=VERSION_VIEWED, post=ATTESTATION_ADDED)
admin_pages("provenance.Attestation")

model("provenance.Attestation", ATTESTATION_ADDED, ATTESTATION_CHECKED)
