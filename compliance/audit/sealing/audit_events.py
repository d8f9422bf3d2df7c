"""What the ledger tells about its own sealing."""

from ..events import define

KEY_CREATED = define(
    "audit.checkpoint_key.created",
    "made the key {key_id} that signs checkpoints of the audit log",
    "key_id",
    "public_key",
    category="security",
    ocsf="entity.create",
)
KEY_ROTATED = define(
    "audit.checkpoint_key.rotated",
    "announced the key {key_id} that signs checkpoints of the audit log after {old_key_id} ({reason})",
    "key_id",
    "public_key",
    "old_key_id",
    "reason",
    category="security",
    ocsf="entity.update",
)
CHECKPOINT_REFUSED = define(
    "audit.checkpoint.refused",
    "stopped signing checkpoints at size {size}: {code}",
    "size",
    "code",
    "anchor",
    "anchored_size",
    category="security",
    ocsf="detection_finding.create",
)
CHECKPOINT_RESUMED = define(
    "audit.checkpoint.resumed",
    "went on signing checkpoints at size {size}",
    "size",
    category="security",
    ocsf="detection_finding.close",
)
BREAK_ACCEPTED = define(
    "audit.checkpoint.break_accepted",
    "went on from a tree of {size} rows that does not continue {anchored} ({reason})",
    "size",
    "anchored",
    "reason",
    category="security",
    ocsf="event_log.other",
)
ANCHOR_FAILED = define(
    "audit.anchor.failed",
    "could not anchor the checkpoint of size {size} at {anchor}: {code}",
    "anchor",
    "size",
    "code",
    category="security",
    ocsf="detection_finding.create",
)
ANCHOR_RECOVERED = define(
    "audit.anchor.recovered",
    "anchored checkpoints at {anchor} again, up to size {size}",
    "anchor",
    "size",
    category="security",
    ocsf="detection_finding.close",
)
# What `MONTH_PURGED` is about: its id is the month, as 2024-05.
TARGET_MONTH = "audit.month"
MONTH_PURGED = define(
    "audit.month.purged",
    "purged {rows} rows of {month} from the audit log, under the signed checkpoint of size {size}",
    "month",
    "rows",
    "first_seq",
    "last_seq",
    "size",
    "days",
    "approved_by",
    category="privacy",
    ocsf="datastore.delete",
)
MONTH_KEPT = define(
    "audit.month.purge_refused",
    "could not purge {month} from the audit log: {code}",
    "month",
    "code",
    category="privacy",
    ocsf="datastore.other",
)
