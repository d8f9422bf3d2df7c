"""What the ledger records about storage locations and the copies in them."""

from compliance.audit import define

LOCATION_ADDED = define(
    "locations.location.added",
    "added the storage location {name} ({kind})",
    "name",
    "kind",
    category="security",
    ocsf="entity.create",
)
LOCATION_CHANGED = define(
    "locations.location.changed", "changed {fields} of the storage location {name}", "name", "fields",
    category="security", ocsf="entity.update",
)  # fmt: skip
LOCATION_TESTED = define(
    "locations.location.tested",
    "tested the storage location {name}: {result}",
    "name",
    "result",
    category="system",
    ocsf="scan.completed",
)
LOCATION_LOST = define(
    "locations.location.lost",
    "could not reach the storage location {name}",
    "name",
    category="system",
    ocsf="application_error.general_error",
)
LOCATION_BACK = define(
    "locations.location.regained",
    "reached the storage location {name} again",
    "name",
    category="system",
    ocsf="entity.resume",
)
LOCATION_RECONCILED = define(
    "locations.location.reconciled",
    "compared the storage location {name} with the rows: {orphans} orphaned, {missing} missing, {plaintext} not sealed",
    "name", "objects", "orphans", "swept", "missing", "wrong_size", "plaintext",
    category="system", ocsf="scan.completed",
)  # fmt: skip
COPY_STORED = define(
    "locations.copy.stored",
    "copied a sealed file to {location}",
    "location",
    "bytes",
    "attempt",
    category="system",
    ocsf="file_hosting.copy",
)
COPY_FAILED = define(
    "locations.copy.failed", "could not copy a sealed file to {location} (attempt {attempt})", "location", "attempt",
    "code",
    category="system", ocsf="file_hosting.copy",
)  # fmt: skip
COPY_BAD = define(
    "locations.copy.found_bad",
    "found the copy in {location} {state}",
    "location",
    "state",
    category="security",
    ocsf="detection_finding.create",
)
COPY_REPAIRED = define(
    "locations.copy.repair_requested", "asked for the copy in {location} to be made again", "location", "state",
    category="security", ocsf="file_hosting.restore",
)  # fmt: skip
READ_ELSEWHERE = define(
    "locations.copy.read_elsewhere",
    "read a sealed file from {used}, because {instead_of} did not give it ({code})",
    "used", "instead_of", "code",
    category="system", ocsf="file_hosting.open",
)  # fmt: skip
POLICY_CHANGED = define(
    "locations.policy.changed",
    "changed where versions of model {name} lie: {locations}, at least {min_replicas}",
    "name", "locations", "min_replicas",
    category="model", ocsf="entity.update",
)  # fmt: skip
LOCATION_VIEWED = define(
    "locations.location.viewed", "looked at the storage location {name}", "name",
    category="system", ocsf="entity.read",
)  # fmt: skip
WORK_ASKED = define(
    "locations.location.work_asked",
    "asked to {work} the storage location {name}",
    "name", "work",
    category="system", ocsf="scheduled_job.create",
)  # fmt: skip
