"""What the ledger records about storage locations and the copies in them."""

from compliance.audit import define

LOCATION_ADDED = define(
    "locations.location.added", "added the storage location {name} ({kind})", "name", "kind", category="security"
)
LOCATION_CHANGED = define(
    "locations.location.changed", "changed {fields} of the storage location {name}", "name", "fields",
    category="security",
)  # fmt: skip
LOCATION_TESTED = define(
    "locations.location.tested", "tested the storage location {name}: {result}", "name", "result", category="system"
)
LOCATION_LOST = define(
    "locations.location.lost", "could not reach the storage location {name}", "name", category="system"
)
LOCATION_BACK = define(
    "locations.location.regained", "reached the storage location {name} again", "name", category="system"
)
LOCATION_RECONCILED = define(
    "locations.location.reconciled",
    "compared the storage location {name} with the rows: {orphans} orphaned, {missing} missing, {plaintext} not sealed",
    "name", "objects", "orphans", "swept", "missing", "wrong_size", "plaintext",
    category="system",
)  # fmt: skip
COPY_STORED = define(
    "locations.copy.stored", "copied a sealed file to {location}", "location", "bytes", "attempt", category="system"
)
COPY_FAILED = define(
    "locations.copy.failed", "could not copy a sealed file to {location} (attempt {attempt})", "location", "attempt",
    "code",
    category="system",
)  # fmt: skip
COPY_BAD = define(
    "locations.copy.found_bad", "found the copy in {location} {state}", "location", "state", category="security"
)
COPY_REPAIRED = define(
    "locations.copy.repair_requested", "asked for the copy in {location} to be made again", "location", "state",
    category="security",
)  # fmt: skip
READ_ELSEWHERE = define(
    "locations.copy.read_elsewhere",
    "read a sealed file from {used}, because {instead_of} did not give it ({code})",
    "used", "instead_of", "code",
    category="system",
)  # fmt: skip
POLICY_CHANGED = define(
    "locations.policy.changed",
    "changed where versions of model {name} lie: {locations}, at least {min_replicas}",
    "name", "locations", "min_replicas",
    category="model",
)  # fmt: skip
