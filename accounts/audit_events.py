"""What accounts tell the ledger. The target is the account's row; names and addresses never stand in a row."""

from compliance.audit import define

USER_INVITED = define(
    "accounts.user.invited", "invited somebody as {role}", "role", category="security", ocsf="account_change.create"
)
INVITATION_REVOKED = define(
    "accounts.invitation.revoked", "revoked an invitation", category="security", ocsf="account_change.delete"
)
INVITATION_REMOVED = define(
    "accounts.invitation.removed",
    "removed an invitation that was over, as its retention asks",
    category="privacy",
    ocsf="datastore.delete",
)
INVITATION_ACCEPTED = define(
    "accounts.invitation.accepted",
    "accepted an invitation as {role}",
    "role",
    category="security",
    ocsf="account_change.enable",
)
USER_MADE_READY = define(
    "accounts.user.made_ready",
    "made an account ready as {role}",
    "role",
    category="security",
    ocsf="account_change.create",
)
USER_DEACTIVATED = define(
    "accounts.user.deactivated", "deactivated an account", category="security", ocsf="account_change.disable"
)
FACTOR_REQUIRED = define(
    "accounts.user.factor_required",
    "took the password of an account without a second factor, and {sessions} sessions",
    "sessions",
    category="security",
    ocsf="account_change.disable",
)
USER_ACTIVATED = define(
    "accounts.user.activated", "activated an account", category="security", ocsf="account_change.enable"
)
USER_RECTIFIED = define(
    "accounts.user.rectified",
    "corrected {field} of an account, as its person asked",
    "field",
    category="privacy",
    ocsf="account_change.other",
)
USER_RETIRED = define(
    "accounts.user.retired",
    "removed what named the person of an account that was not used for as long as profiles are kept",
    category="privacy",
    ocsf="account_change.delete",
)
ROLE_CHANGED = define(
    "accounts.role.changed",
    "changed a role from {before} to {after}",
    "before",
    "after",
    category="security",
    ocsf="user_access.assign_privileges",
)
PERSON_REVEALED = define(
    "accounts.user.person_revealed",
    "looked up who an account belongs to, to {reason}",
    "reason",
    category="privacy",
    ocsf="entity.read",
)
PASSWORD_CHANGED = define(
    "accounts.password.changed", "changed the password", category="security", ocsf="account_change.password_change"
)

PASSWORD_REFUSED = define(
    "accounts.password.refused",
    "the current password was wrong when a new one was to be set (attempt {attempt})",
    "attempt",
    category="security",
    ocsf="account_change.password_change",
)

SIGNED_IN = define(
    "accounts.sign_in.succeeded", "signed in with {method}", "method", category="security", ocsf="authentication.logon"
)
SIGN_IN_REFUSED = define(
    "accounts.sign_in.refused",
    "a sign-in was refused ({reason}, attempt {attempt})",
    "reason",
    "attempt",
    category="security",
    ocsf="authentication.logon",
)
# The attempts during the wait are counted (rest.requests.limited), and do not prolong it.
SLOWED_DOWN = define(
    "accounts.sign_in.slowed_down",
    "further attempts wait {wait_s} s ({reason}, {attempt} failures)",
    "reason",
    "attempt",
    "wait_s",
    category="security",
    ocsf="account_change.lock",
)
PASSWORD_ACCEPTED = define(
    "accounts.password.accepted",
    "the right name and password were given; a second factor is asked for",
    category="security",
    ocsf="authentication.preauth",
)
CODE_ACCEPTED = define(
    "accounts.code.accepted", "gave the right {kind}", "kind", category="security", ocsf="authentication.preauth"
)
CODE_REFUSED = define(
    "accounts.code.refused",
    "a code was refused at a sign-in ({reason}, attempt {attempt})",
    "reason",
    "attempt",
    category="security",
    ocsf="authentication.preauth",
)
SIGNED_OUT = define("accounts.session.ended", "signed out", category="security", ocsf="authentication.logoff")
SESSION_REVOKED = define(
    "accounts.session.revoked", "revoked {count} sessions", "count", category="security", ocsf="authentication.logoff"
)
SESSION_DISPLACED = define(
    "accounts.session.displaced",
    "signed in with another browser, which ended the oldest of more than {limit} sessions ({count})",
    "count",
    "limit",
    category="security",
    ocsf="authentication.logoff",
)
DEVICE_ADDED = define(
    "accounts.device.added",
    "signed in with a device that is new to the account",
    category="security",
    ocsf="authentication.other",
)

FACTOR_ENROLLED = define(
    "accounts.factor.enrolled",
    "enrolled {kind} and received {recovery_codes} recovery codes",
    "kind",
    "recovery_codes",
    category="security",
    ocsf="account_change.mfa_factor_enable",
)
FACTOR_CONFIRMED = define(
    "accounts.factor.confirmed", "confirmed with a fresh code", category="security", ocsf="authentication.other"
)
FACTOR_CONFIRMATION_REFUSED = define(
    "accounts.factor.confirmation_refused",
    "a fresh code was refused ({reason})",
    "reason",
    category="security",
    ocsf="authentication.other",
)
FACTOR_TAKEN_AWAY = define(
    "accounts.factor.taken_away",
    "removed {kind}; others remain",
    "kind",
    category="security",
    ocsf="account_change.mfa_factor_disable",
)
RECOVERY_CODES_RENEWED = define(
    "accounts.recovery_codes.renewed",
    "made {count} new recovery codes in place of the former ones",
    "count",
    category="security",
    ocsf="account_change.other",
)
FACTOR_REMOVED = define(
    "accounts.factor.removed",
    "removed the second factor",
    category="security",
    ocsf="account_change.mfa_factor_disable",
)

API_KEY_ISSUED = define(
    "accounts.api_key.issued",
    "issued the API key {name} for {days} days with {scopes}",
    "name",
    "days",
    "scopes",
    category="security",
    ocsf="entity.create",
)
API_KEY_REVOKED = define(
    "accounts.api_key.revoked", "revoked the API key {name}", "name", category="security", ocsf="entity.delete"
)
API_KEY_ROTATED = define(
    "accounts.api_key.rotated",
    "replaced the API key {name}, which ends within {hours} h",
    "name",
    "hours",
    "successor",
    category="security",
    ocsf="entity.update",
)
API_CONFIRMED = define(
    "accounts.api_access.confirmed",
    "confirmed with a second factor what {kind} had asked for",
    "kind",
    category="security",
    ocsf="authentication.other",
)
API_KEY_USED = define(
    "accounts.api_key.used",
    "used the API key {name} for the first time on that day",
    "name",
    category="security",
    ocsf="authentication.service_ticket_request",
)
TOKEN_USED = define(
    "accounts.token.used",
    "used an access token for the first time on that day",
    category="security",
    ocsf="authentication.service_ticket_request",
)
TOKEN_ISSUED = define(
    "accounts.token.issued",
    "signed in to the API with {method}",
    "method",
    category="security",
    ocsf="authentication.authentication_ticket",
)
TOKEN_REFRESHED = define(
    "accounts.token.refreshed",
    "renewed an API sign-in",
    category="security",
    ocsf="authentication.service_ticket_renew",
)
TOKEN_REUSED = define(
    "accounts.token.reused",
    "a refresh token was used twice; its API sign-in was ended",
    category="security",
    ocsf="detection_finding.create",
)
TOKEN_REVOKED = define(
    "accounts.token.revoked", "ended an API sign-in", category="security", ocsf="authentication.logoff"
)

USER_CHANGED = define(
    "accounts.user.changed",
    "changed {fields} of an account",
    "fields",
    category="security",
    ocsf="account_change.other",
)
