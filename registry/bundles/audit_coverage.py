"""Which event tells of bundles."""

from compliance.audit.coverage import model

from .audit_events import BUNDLE_IMPORTED

model("bundles.ImportedBundle", BUNDLE_IMPORTED)
