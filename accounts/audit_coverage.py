"""Which event tells of accounts, of what signs them in, and of who looks at them."""

from compliance.audit.audit_events import ADMIN_LIST_VIEWED
from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    API_CONFIRMED,
    API_KEY_ISSUED,
    API_KEY_REVOKED,
    API_KEY_ROTATED,
    CODE_ACCEPTED,
    DEVICE_ADDED,
    FACTOR_CONFIRMED,
    FACTOR_ENROLLED,
    FACTOR_REMOVED,
    FACTOR_REQUIRED,
    FACTOR_TAKEN_AWAY,
    INVITATION_ACCEPTED,
    INVITATION_REMOVED,
    INVITATION_REVOKED,
    PASSWORD_ACCEPTED,
    PASSWORD_CHANGED,
    PERSON_REVEALED,
    RECOVERY_CODES_RENEWED,
    ROLE_CHANGED,
    SESSION_DISPLACED,
    SESSION_REVOKED,
    SIGNED_IN,
    SIGNED_OUT,
    TOKEN_ISSUED,
    TOKEN_REFRESHED,
    TOKEN_REUSED,
    TOKEN_REVOKED,
    USER_ACTIVATED,
    USER_CHANGED,
    USER_DEACTIVATED,
    USER_INVITED,
    USER_MADE_READY,
    USER_RETIRED,
)

route("admin/posture/fix/second-factors/", post=(FACTOR_REQUIRED, USER_INVITED))
route("admin/posture/fix/unused-keys/", post=API_KEY_REVOKED)
route("sign-in/", get=Exempt.FORM, post=PASSWORD_ACCEPTED)
route("sign-in/code/", get=Exempt.FORM, post=(CODE_ACCEPTED, DEVICE_ADDED, SIGNED_IN))
route("sign-out/", post=SIGNED_OUT)
route("invitation/<str:token>/", get=Exempt.FORM, post=INVITATION_ACCEPTED)
route("account/enrol/", get=Exempt.FORM, post=(FACTOR_ENROLLED, DEVICE_ADDED, SIGNED_IN))
route("account/confirm/", get=Exempt.FORM, post=FACTOR_CONFIRMED)
route("account/confirm/kept/<uuid:pk>/", get=Exempt.FORM)
route("account/security/", get=Exempt.OWN)
route("account/security/apps/", get=Exempt.FORM, post=FACTOR_ENROLLED)
route("account/security/apps/<uuid:pk>/remove/", post=FACTOR_TAKEN_AWAY)
route("account/security/recovery-codes/", post=RECOVERY_CODES_RENEWED)
route("account/security/password/", get=Exempt.FORM, post=PASSWORD_CHANGED)
route("account/security/sessions/revoke-others/", post=SESSION_REVOKED)
route("account/security/sessions/<uuid:pk>/revoke/", post=SESSION_REVOKED)
route("account/security/api-sign-ins/<uuid:family>/end/", post=TOKEN_REVOKED)
route("account/security/api-keys/", post=API_KEY_ISSUED)
route("account/security/api-keys/<uuid:pk>/revoke/", post=API_KEY_REVOKED)
route("account/security/api-keys/<uuid:pk>/rotate/", get=Exempt.FORM, post=(API_KEY_ISSUED, API_KEY_ROTATED))
route("account/confirm/api/<slug:kind>/<uuid:pk>/", get=Exempt.FORM, post=API_CONFIRMED)
route(".well-known/jwks.json", get=Exempt.INTERFACE)
route("api/v1/api-keys/", get=Exempt.OWN, post=API_KEY_ISSUED)
route("api/v1/api-keys/<uuid:pk>/", get=Exempt.OWN, delete=API_KEY_REVOKED)
route("api/v1/api-keys/<uuid:pk>/rotate/", post=(API_KEY_ISSUED, API_KEY_ROTATED))
route("api/v1/auth/token/", post=(CODE_ACCEPTED, TOKEN_ISSUED))
route("api/v1/auth/token/refresh/", post=TOKEN_REFRESHED)
route("api/v1/auth/token/revoke/", post=TOKEN_REVOKED)

for _label, _acts in {
    "Invitation": INVITATION_REVOKED,
    "Session": SESSION_REVOKED,
    "TOTPDevice": None,
    "RefreshToken": TOKEN_REVOKED,
}.items():
    admin_pages(
        f"accounts.{_label}",
        listed=ADMIN_LIST_VIEWED,
        listing_acts=_acts or Exempt.SAME_AS_GET,
        strict=True,
    )
admin_pages("accounts.ApiKey", listed=ADMIN_LIST_VIEWED, listing_acts=API_KEY_REVOKED, adds=API_KEY_ISSUED, strict=True)
admin_pages(
    "accounts.User",
    listed=ADMIN_LIST_VIEWED,
    listing_acts=USER_DEACTIVATED,
    adds=USER_INVITED,
    changes=USER_CHANGED,
    strict=True,
)

route("admin/accounts/user/<uuid:pk>/person/", post=PERSON_REVEALED)

model(
    "accounts.User",
    USER_INVITED,
    INVITATION_ACCEPTED,
    USER_MADE_READY,
    USER_CHANGED,
    USER_DEACTIVATED,
    USER_ACTIVATED,
    USER_RETIRED,
    ROLE_CHANGED,
    PASSWORD_CHANGED,
    SIGNED_IN,
)
model("accounts.User_groups", USER_INVITED, USER_MADE_READY, ROLE_CHANGED)
model("accounts.User_user_permissions", exempt=Exempt.UNUSED)
model("accounts.Invitation", USER_INVITED, INVITATION_ACCEPTED, INVITATION_REVOKED, INVITATION_REMOVED)
model("accounts.TOTPDevice", FACTOR_ENROLLED, FACTOR_TAKEN_AWAY, FACTOR_REMOVED, FACTOR_CONFIRMED, SIGNED_IN)
model("accounts.RecoveryCode", FACTOR_ENROLLED, RECOVERY_CODES_RENEWED, FACTOR_REMOVED, SIGNED_IN)
model("accounts.ApiKey", API_KEY_ISSUED, API_KEY_ROTATED, API_KEY_REVOKED, API_CONFIRMED)
model("accounts.RefreshToken", TOKEN_ISSUED, TOKEN_REFRESHED, TOKEN_REUSED, TOKEN_REVOKED)
model("accounts.Session", SIGNED_IN, SIGNED_OUT, SESSION_REVOKED, SESSION_DISPLACED)
model("accounts.Device", DEVICE_ADDED, SESSION_REVOKED)
model("accounts.FailureCount", exempt=Exempt.WORKING_MEMORY)
model("accounts.Notice", exempt=Exempt.WORKING_MEMORY)
