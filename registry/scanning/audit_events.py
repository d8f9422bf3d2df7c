"""What the ledger records about scans, and about files that were kept back or given out in spite of one."""

from compliance.audit import define

SCAN_ASKED = define(
    "scanning.scan.asked",
    "asked for another scan of {name} version {version} ({what})",
    "name", "version", "what",
    category="security", ocsf="scan.started",
)  # fmt: skip
SCANNED = define(
    "scanning.scan.decided",
    "scanned {name} version {version} ({what}, {format}): {verdict}; {before} became {after}",
    "name", "version", "what", "format", "verdict", "cause", "rules", "before", "after", "sha256",
    category="security", ocsf="scan.completed",
)  # fmt: skip
SCAN_GAVE_UP = define(
    "scanning.scan.gave_up",
    "could not scan {name} version {version} ({what}): its stored file could not be read",
    "name", "version", "what",
    category="security", ocsf="scan.error",
)  # fmt: skip
DOWNLOAD_DENIED = define(
    "registry.download.denied",
    "was denied a file of {name} version {version} ({code})",
    "name", "version", "code",
    category="security", ocsf="file_hosting.other",
)  # fmt: skip
QUARANTINED_OPENED = define(
    "registry.quarantined.opened",
    "opened the quarantined file {sha256} of {name} version {version}, with a reason",
    "name", "version", "sha256", "cause",
    category="security", ocsf="file_hosting.open",
)  # fmt: skip
