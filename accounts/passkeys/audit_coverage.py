"""Which event tells of passkeys."""

from accounts.audit_events import DEVICE_ADDED, FACTOR_ENROLLED, FACTOR_TAKEN_AWAY, SIGNED_IN
from compliance.audit.coverage import Exempt, model, route

from .audit_events import PASSKEY_ACCEPTED, PASSKEY_STOPPED

route("sign-in/passkey/", post=(PASSKEY_ACCEPTED, DEVICE_ADDED, SIGNED_IN))
route("sign-in/passkey/options/", post=Exempt.PROGRESS)
route("account/enrol/passkey/", get=Exempt.FORM, post=(FACTOR_ENROLLED, DEVICE_ADDED, SIGNED_IN))
route("account/enrol/passkey/options/", post=Exempt.PROGRESS)
route("account/confirm/passkey/", post=PASSKEY_ACCEPTED)
route("account/confirm/passkey/options/", post=Exempt.PROGRESS)
route("account/security/passkeys/", get=Exempt.FORM, post=FACTOR_ENROLLED)
route("account/security/passkeys/options/", post=Exempt.PROGRESS)
route("account/security/passkeys/<uuid:pk>/remove/", post=FACTOR_TAKEN_AWAY)

model("passkeys.Passkey", FACTOR_ENROLLED, FACTOR_TAKEN_AWAY, PASSKEY_ACCEPTED, PASSKEY_STOPPED)
model("passkeys.SpentChallenge", exempt=Exempt.WORKING_MEMORY)
