"""What the ledger records about backups, drills and the root key."""

from compliance.audit.events import define

BACKUP_MADE = define(
    "escrow.backup.made",
    "backed up {keys} keys for {recipients} recipients (file {sha256})",
    "keys", "recipients", "sha256", "fingerprints",
    category="security", ocsf="entity.create",
)  # fmt: skip
DUMP_MADE = define(
    "escrow.database.dumped",
    "made a dump of the database for {recipients} recipients ({bytes} bytes, file {sha256})",
    "bytes", "sha256", "recipients", "fingerprints",
    category="security", ocsf="datastore.read",
)  # fmt: skip
DUMP_REMOVED = define(
    "escrow.database.dump_removed",
    "removed the dump of the database of {day} ({bytes} bytes), whose time is over",
    "day", "bytes",
    category="security", ocsf="entity.delete",
)  # fmt: skip
DRILL_PASSED = define(
    "escrow.drill.passed",
    "restored a dump and a key backup: {keys} keys, {values} values, {samples} files opened",
    "keys", "values", "samples", "backup_sha256", "dump_sha256",
    category="security", ocsf="scan.completed",
)  # fmt: skip
DRILL_FAILED = define(
    "escrow.drill.failed",
    "failed to restore a dump and a key backup: {code}",
    "code", "backup_sha256", "dump_sha256",
    category="security", ocsf="scan.error",
)  # fmt: skip
ROOT_MOVED = define(
    "escrow.root.moved",
    "wrapped {keys} keys under the root key {to_root_key} instead of {from_root_key}",
    "keys", "from_root_key", "to_root_key", "from_provider", "to_provider",
    category="security", ocsf="entity.move",
)  # fmt: skip
ROOT_REWRAPPED = define(
    "escrow.root.rewrapped",
    "wrapped {keys} keys under the newest version of the root key {root_key}",
    "keys", "root_key", "provider",
    category="security", ocsf="entity.update",
)  # fmt: skip
CONFIGURATION_EXPORTED = define(
    "escrow.configuration.exported",
    "exported the configuration without its secrets",
    category="security",
    ocsf="datastore.read",
)
