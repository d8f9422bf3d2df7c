"""Which event tells of signatures, signing keys and policies."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import MODEL_VIEWED, VERSION_VIEWED

from .audit_events import KEY_REVOKED, KEY_TRUSTED, POLICY_SET, SIGNATURE_ADDED, SIGNATURE_CHECKED, VERSION_SIGNED

_MODEL = "api/v1/models/<object_name:name>/"

route(f"{_MODEL}versions/<int:number>/signatures/", get=VERSION_VIEWED, post=SIGNATURE_ADDED)
route(f"{_MODEL}versions/<int:number>/signatures/<uuid:pk>/", get=VERSION_VIEWED)
route(f"{_MODEL}signing-policy/", get=MODEL_VIEWED, put=POLICY_SET)
route("api/v1/signing-keys/", get=Exempt.NAMES, post=KEY_TRUSTED)
route("api/v1/signing-keys/<uuid:pk>/revoke/", post=KEY_REVOKED)
admin_pages("signing.TrustedKey", adds=KEY_TRUSTED)
route("admin/signing/trustedkey/<uuid:pk>/revoke/", get=Exempt.FORM, post=KEY_REVOKED)
admin_pages("signing.SigningPolicy", adds=POLICY_SET)
admin_pages("signing.VersionSignature")

model("signing.TrustedKey", KEY_TRUSTED, KEY_REVOKED)
model("signing.VersionSignature", VERSION_SIGNED, SIGNATURE_ADDED, SIGNATURE_CHECKED)
model("signing.SigningPolicy", POLICY_SET)
