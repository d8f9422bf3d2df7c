"""What the ledger records about roles and superusers. A reason is free text and stands only in its row."""

from compliance.audit import define

EMERGENCY_BEGUN = define(
    "accounts.emergency.begun",
    "began to work as a superuser, with a reason, for at most {minutes} minutes",
    "minutes",
    category="security",
    ocsf="user_access.assign_privileges",
)
EMERGENCY_ENDED = define(
    "accounts.emergency.ended",
    "ended the work as a superuser",
    category="security",
    ocsf="user_access.revoke_privileges",
)
ROLE_PERMISSIONS_CHANGED = define(
    "accounts.role.permissions_changed",
    "changed what the role {role} may do: added {added}, took away {removed}",
    "role",
    "added",
    "removed",
    category="security",
    ocsf="user_access.other",
)
