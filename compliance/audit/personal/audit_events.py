"""What the ledger says about the personal data beside it."""

from compliance.audit import define

PERSONAL_ERASED = define(
    "audit.personal.erased",
    "erased {payloads} personal entries beside the ledger and destroyed {keys} keys",
    "payloads",
    "keys",
    category="privacy",
    ocsf="entity.delete",
)
PERSONAL_READ = define(
    "audit.personal.read", "read {what} of a row of the ledger", "what", category="privacy", ocsf="entity.read"
)
ADDRESSES_REMOVED = define(
    "audit.addresses.removed",
    "removed {count} addresses older than {days} days; their networks stay",
    "count",
    "days",
    category="privacy",
    ocsf="entity.delete",
)
