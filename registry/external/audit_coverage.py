"""Which event tells of records of other registries."""

from compliance.audit.coverage import model

from .audit_events import RECORD_IMPORTED

model("external.ExternalRecord", RECORD_IMPORTED)
