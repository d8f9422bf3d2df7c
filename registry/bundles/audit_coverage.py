"""Which event tells of bundles."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED, VERSION_ADDED
from registry.signing.audit_events import SIGNATURE_ADDED, SIGNATURE_CHECKED, VERSION_SIGNED

from .audit_events import BUNDLE_EXPORTED, BUNDLE_IMPORTED

_SENT = (SIGNATURE_CHECKED, BUNDLE_EXPORTED, ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED)
_TAKEN = (VERSION_ADDED, VERSION_SIGNED, BUNDLE_IMPORTED, SIGNATURE_ADDED)
_MODEL = "models/<object_name:name>/"

route(f"{_MODEL}versions/<int:number>/bundle/", post=_SENT)
route(f"api/v1/{_MODEL}versions/<int:number>/bundle/", get=_SENT)
route(f"{_MODEL}bundles/new/", get=Exempt.FORM, post=_TAKEN)
route(f"api/v1/{_MODEL}bundles/", post=_TAKEN)
for _prefix in ("models/-/bundles/keys.pem", "models/-/bundles/verify_bundle.py"):
    route(_prefix, get=Exempt.INTERFACE)
route("api/v1/bundle-keys/", get=Exempt.INTERFACE)
route("api/v1/bundle-verifier/", get=Exempt.INTERFACE)
admin_pages("bundles.ImportedBundle")

model("bundles.ImportedBundle", BUNDLE_IMPORTED)
