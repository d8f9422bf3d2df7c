"""What the ledger records about access. A holder is an opaque reference: the id of an account, the name of a group."""

from compliance.audit import define

ACCESS_CHANGED = define(
    "registry.access.changed",
    "changed access to {name}: {changes}",
    "name",
    "changes",
    category="security",
    ocsf="user_access.other",
)
GRANT_GIVEN = define(
    "registry.grant.given",
    "gave {holder} access to {name} ({level}, until {until})",
    "name", "holder", "level", "until",
    category="security", ocsf="user_access.assign_privileges",
)  # fmt: skip
GRANT_REVOKED = define(
    "registry.grant.revoked",
    "took access to {name} from {holder}",
    "name",
    "holder",
    category="security",
    ocsf="user_access.revoke_privileges",
)
CODE_SET = define(
    "registry.access_code.set", "set the access code of {name}", "name", category="security", ocsf="entity.create"
)
CODE_REMOVED = define(
    "registry.access_code.removed",
    "removed the access code of {name}",
    "name",
    category="security",
    ocsf="entity.delete",
)
CODE_REFUSED = define(
    "registry.access_code.refused",
    "the access code of {name} was wrong or missing (attempt {attempt})",
    "name", "attempt",
    category="security", ocsf="file_hosting.access_check",
)  # fmt: skip
ACCESS_VIEWED = define(
    "registry.access.viewed",
    "looked at who has access to {name}",
    "name",
    category="security", ocsf="entity.read",
)  # fmt: skip
ACCESS_REPORTED = define(
    "registry.access.reported",
    "took the report of who may do what with {name}",
    "name",
    category="security", ocsf="entity.read",
)  # fmt: skip
CODE_ENTERED = define(
    "registry.access_code.entered",
    "gave the access code of {name}",
    "name",
    category="security", ocsf="authentication.logon",
)  # fmt: skip
