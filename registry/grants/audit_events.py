"""What the ledger records about access. A holder is an opaque reference: the id of an account, the name of a group."""

from compliance.audit import define

ACCESS_CHANGED = define(
    "registry.access.changed", "changed access to {name}: {changes}", "name", "changes", category="security"
)
GRANT_GIVEN = define(
    "registry.grant.given",
    "gave {holder} access to {name} ({level}, until {until})",
    "name", "holder", "level", "until",
    category="security",
)  # fmt: skip
GRANT_REVOKED = define(
    "registry.grant.revoked", "took access to {name} from {holder}", "name", "holder", category="security"
)
CODE_SET = define("registry.access_code.set", "set the access code of {name}", "name", category="security")
CODE_REMOVED = define("registry.access_code.removed", "removed the access code of {name}", "name", category="security")
CODE_REFUSED = define(
    "registry.access_code.refused",
    "the access code of {name} was wrong or missing (attempt {attempt})",
    "name", "attempt",
    category="security",
)  # fmt: skip
