"""Which event tells of recovery."""

from accounts.audit_events import CODE_ACCEPTED
from compliance.audit.coverage import Exempt, model, route

from .audit_events import (
    ADDRESS_ASKED,
    ADDRESS_CONFIRMED,
    FACTOR_RESET_ASKED,
    FACTOR_RESET_CANCELLED,
    PASSWORD_RESET,
    RESET_ASKED,
)

route("sign-in/forgotten/", get=Exempt.FORM, post=RESET_ASKED)
route("sign-in/new-password/<str:token>/", get=Exempt.FORM, post=(CODE_ACCEPTED, PASSWORD_RESET))
route("sign-in/keep-factor/<str:token>/", get=Exempt.FORM, post=FACTOR_RESET_CANCELLED)
route("account/security/address/", get=Exempt.FORM, post=ADDRESS_ASKED)
route("account/security/address/<str:token>/", get=Exempt.FORM, post=ADDRESS_CONFIRMED)
route("account/security/keep-factor/", post=FACTOR_RESET_CANCELLED)

model("recovering.MailedLink", RESET_ASKED, PASSWORD_RESET, ADDRESS_ASKED, ADDRESS_CONFIRMED, FACTOR_RESET_ASKED)
model("recovering.FactorReset", FACTOR_RESET_ASKED, FACTOR_RESET_CANCELLED)
