"""Which event tells of labels."""

from compliance.audit.coverage import admin_pages, model
from registry.audit_events import MODEL_REGISTERED, VERSION_ADDED

from .audit_events import (
    MODEL_TAGGED,
    MODEL_UNTAGGED,
    VERSION_ARCHIVED,
    VERSION_DESCRIBED,
    VERSION_TAGGED,
    VERSION_UNTAGGED,
)

model("labels.ModelLabels", MODEL_TAGGED, MODEL_UNTAGGED, MODEL_REGISTERED)
model("labels.VersionLabels", VERSION_TAGGED, VERSION_UNTAGGED, VERSION_DESCRIBED, VERSION_ARCHIVED, VERSION_ADDED)
for _label in ("ModelLabels", "VersionLabels"):
    admin_pages(f"labels.{_label}")
