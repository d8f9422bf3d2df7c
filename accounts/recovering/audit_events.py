"""What recovery tells the ledger; addresses and names stay out of it."""

from compliance.audit import define

RESET_ASKED = define(
    "accounts.password_reset.asked",
    "somebody asked for a link to set a new password",
    category="security",
    ocsf="account_change.password_reset",
)
RESET_REFUSED = define(
    "accounts.password_reset.refused",
    "a new password was refused at a mailed link ({reason}, attempt {attempt})",
    "reason",
    "attempt",
    category="security",
    ocsf="account_change.password_reset",
)
PASSWORD_RESET = define(
    "accounts.password.reset",
    "set a new password with a mailed link",
    category="security",
    ocsf="account_change.password_reset",
)
ADDRESS_ASKED = define(
    "accounts.address.asked",
    "asked for another e-mail address",
    category="security",
    ocsf="account_change.other",
)
ADDRESS_CONFIRMED = define(
    "accounts.address.confirmed", "confirmed the e-mail address", category="security", ocsf="account_change.other"
)
FACTOR_RESET_ASKED = define(
    "accounts.factor_reset.asked",
    "asked for the removal of a lost second factor in {hours} hours",
    "hours",
    category="security",
    ocsf="account_change.mfa_factor_disable",
)
FACTOR_RESET_CANCELLED = define(
    "accounts.factor_reset.cancelled",
    "cancelled the removal of a second factor",
    category="security",
    ocsf="account_change.other",
)
FACTOR_RESET_REMOVED = define(
    "accounts.factor_reset.removed",
    "removed a reset of a second factor that was over, as its retention asks",
    category="privacy",
    ocsf="datastore.delete",
)
