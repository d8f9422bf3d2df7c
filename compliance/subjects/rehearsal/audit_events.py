"""What the ledger tells of restore drills."""

from typing import Final

from compliance.audit import EventClass, define

REHEARSED: Final[EventClass] = define(
    "subjects.restore_drill.passed",
    "restored a dump, did {erasures} erasures again ({rows} rows) and found nobody who was erased",
    "erasures",
    "rows",
    "dump_sha256",
    category="privacy",
    ocsf="scan.completed",
)
REHEARSAL_FAILED: Final[EventClass] = define(
    "subjects.restore_drill.failed",
    "failed to show that erasures survive a restore: {code} (found in {found} places)",
    "code",
    "found",
    "erasures",
    "dump_sha256",
    category="privacy",
    ocsf="scan.error",
)
