"""Which event tells of access to models and datasets."""

from compliance.audit.audit_events import ADMIN_LIST_VIEWED
from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    ACCESS_CHANGED,
    ACCESS_REPORTED,
    ACCESS_VIEWED,
    CODE_ENTERED,
    CODE_REMOVED,
    CODE_SET,
    GRANT_GIVEN,
    GRANT_REVOKED,
)

_EITHER = "<registry_kind:kind>/<object_name:name>/"
_MODEL = "models/<object_name:name>/"

route(f"{_EITHER}access/", get=ACCESS_VIEWED, post=ACCESS_CHANGED)
route(f"{_EITHER}access/report/", get=ACCESS_VIEWED)
route(f"{_EITHER}access/report.csv", get=ACCESS_REPORTED)
route(f"{_EITHER}access/grants/", post=GRANT_GIVEN)
route(f"{_EITHER}access/grants/<uuid:pk>/revoke/", post=GRANT_REVOKED)
route(f"{_MODEL}access-code/", get=Exempt.FORM, post=CODE_ENTERED)
route(f"{_MODEL}access/code/", post=CODE_SET)
for _kind in ("models", "datasets"):
    route(f"api/v1/{_kind}/<object_name:name>/access-report/", get=ACCESS_VIEWED)
    route(f"api/v1/{_kind}/<object_name:name>/grants/", get=ACCESS_VIEWED, post=GRANT_GIVEN)
    route(f"api/v1/{_kind}/<object_name:name>/grants/<uuid:pk>/", delete=GRANT_REVOKED)
route(f"api/v1/{_MODEL}may/<slug:action>/", get=Exempt.OWN)
route(f"api/v1/{_MODEL}access-code/", put=CODE_SET, delete=CODE_REMOVED)
admin_pages(
    "grants.Grant",
    listed=ADMIN_LIST_VIEWED,
    listing_acts=GRANT_REVOKED,
    adds=GRANT_GIVEN,
    deletes=GRANT_REVOKED,
    strict=True,
)

model("grants.Grant", GRANT_GIVEN, GRANT_REVOKED)
