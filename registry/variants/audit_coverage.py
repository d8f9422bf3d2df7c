"""Which event tells of variants."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED, VERSION_VIEWED
from registry.signing.audit_events import SIGNATURE_CHECKED

from .audit_events import (
    VARIANT_ASKED,
    VARIANT_FAILED,
    VARIANT_MADE,
    VARIANT_MEASURED,
    VARIANT_UPLOADED,
    VARIANT_VERIFIED,
)

_SENT = (SIGNATURE_CHECKED, ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED)
_VERSION = "models/<object_name:name>/versions/<int:number>/"
_VARIANTS = f"api/v1/{_VERSION}variants/"

route(f"{_VERSION}variants/new/", post=VARIANT_ASKED)
route(f"{_VERSION}variants/<uuid:pk>/file/", post=_SENT)
route(_VARIANTS, get=Exempt.NAMES, post=VARIANT_ASKED)
route(f"{_VARIANTS}upload/", post=VARIANT_UPLOADED)
route(f"{_VARIANTS}<uuid:pk>/", get=VERSION_VIEWED)
route(f"{_VARIANTS}<uuid:pk>/metrics/", put=VARIANT_MEASURED)
route(f"{_VARIANTS}<uuid:pk>/artifact/", get=_SENT)
route(f"{_VARIANTS}<uuid:pk>/verify/", post=VARIANT_VERIFIED)
admin_pages("variants.Variant")

model("variants.Variant", VARIANT_ASKED, VARIANT_MADE, VARIANT_FAILED, VARIANT_UPLOADED, VARIANT_MEASURED)
