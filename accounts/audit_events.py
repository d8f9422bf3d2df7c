"""What accounts tell the ledger. The target is the account's row; names and addresses never stand in a row."""

from compliance.audit import define

USER_INVITED = define("accounts.user.invited", "invited somebody as {role}", "role", category="security")
INVITATION_REVOKED = define("accounts.invitation.revoked", "revoked an invitation", category="security")
INVITATION_ACCEPTED = define(
    "accounts.invitation.accepted", "accepted an invitation as {role}", "role", category="security"
)
USER_MADE_READY = define("accounts.user.made_ready", "made an account ready as {role}", "role", category="security")
USER_DEACTIVATED = define("accounts.user.deactivated", "deactivated an account", category="security")
USER_ACTIVATED = define("accounts.user.activated", "activated an account", category="security")
ROLE_CHANGED = define(
    "accounts.role.changed", "changed a role from {before} to {after}", "before", "after", category="security"
)
PASSWORD_CHANGED = define("accounts.password.changed", "changed the password", category="security")

SIGNED_IN = define("accounts.sign_in.succeeded", "signed in with {method}", "method", category="security")
SIGN_IN_REFUSED = define(
    "accounts.sign_in.refused",
    "a sign-in was refused ({reason}, attempt {attempt})",
    "reason",
    "attempt",
    category="security",
)
SIGNED_OUT = define("accounts.session.ended", "signed out", category="security")
SESSION_REVOKED = define("accounts.session.revoked", "revoked {count} sessions", "count", category="security")

FACTOR_ENROLLED = define(
    "accounts.factor.enrolled",
    "enrolled {kind} and received {recovery_codes} recovery codes",
    "kind",
    "recovery_codes",
    category="security",
)
FACTOR_CONFIRMED = define("accounts.factor.confirmed", "confirmed with a fresh code", category="security")
FACTOR_CONFIRMATION_REFUSED = define(
    "accounts.factor.confirmation_refused", "a fresh code was refused ({reason})", "reason", category="security"
)
FACTOR_REMOVED = define("accounts.factor.removed", "removed the second factor", category="security")

API_KEY_ISSUED = define(
    "accounts.api_key.issued",
    "issued the API key {name} for {days} days with {scopes}",
    "name",
    "days",
    "scopes",
    category="security",
)
API_KEY_REVOKED = define("accounts.api_key.revoked", "revoked the API key {name}", "name", category="security")
TOKEN_ISSUED = define("accounts.token.issued", "signed in to the API with {method}", "method", category="security")
TOKEN_REFRESHED = define("accounts.token.refreshed", "renewed an API sign-in", category="security")
TOKEN_REUSED = define(
    "accounts.token.reused", "a refresh token was used twice; its API sign-in was ended", category="security"
)
TOKEN_REVOKED = define("accounts.token.revoked", "ended an API sign-in", category="security")
