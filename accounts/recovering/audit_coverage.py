"""Which event tells of recovery."""

from accounts.audit_events import CODE_ACCEPTED
from compliance.audit.audit_events import ADMIN_LIST_VIEWED
from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    ADDRESS_ASKED,
    ADDRESS_CONFIRMED,
    FACTOR_RESET_ASKED,
    FACTOR_RESET_CANCELLED,
    FACTOR_RESET_REMOVED,
    PASSWORD_RESET,
    RESET_ASKED,
)

route("sign-in/forgotten/", get=Exempt.FORM, post=RESET_ASKED)
route("sign-in/new-password/<str:token>/", get=Exempt.FORM, post=(CODE_ACCEPTED, PASSWORD_RESET))
route("sign-in/keep-factor/<str:token>/", get=Exempt.FORM, post=FACTOR_RESET_CANCELLED)
route("account/security/address/", get=Exempt.FORM, post=ADDRESS_ASKED)
route("account/security/address/<str:token>/", get=Exempt.FORM, post=ADDRESS_CONFIRMED)
route("account/security/keep-factor/", post=FACTOR_RESET_CANCELLED)

admin_pages("recovering.FactorReset", listed=ADMIN_LIST_VIEWED, listing_acts=FACTOR_RESET_CANCELLED, strict=True)

model("recovering.MailedLink", RESET_ASKED, PASSWORD_RESET, ADDRESS_ASKED, ADDRESS_CONFIRMED, FACTOR_RESET_ASKED)
model("recovering.FactorReset", FACTOR_RESET_ASKED, FACTOR_RESET_CANCELLED, FACTOR_RESET_REMOVED)
