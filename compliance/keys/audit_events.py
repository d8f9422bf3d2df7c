"""What the ledger records of the key room. The steps of the keys themselves are declared by the ledger."""

from compliance.audit import EventClass, define


def _approval(verb: str, sentence: str, activity: str) -> EventClass:
    details = ("action", "purpose", "version", "asked_by", "reason")
    return define(f"keys.approval.{verb}", sentence, *details, category="security", ocsf=f"entity.{activity}")


APPROVAL_REQUESTED = _approval("requested", "asked to {action} key {purpose} version {version} ({reason})", "create")
APPROVAL_EXECUTED = _approval("executed", "approved to {action} key {purpose} version {version}", "activate")
APPROVAL_WITHDRAWN = _approval(
    "withdrawn", "took back the request to {action} key {purpose} version {version}", "delete"
)
APPROVAL_EXPIRED = _approval("expired", "request to {action} key {purpose} version {version} expired", "deactivate")

ROTATION_STARTED = define(
    "keys.rotation.started",
    "started to move {purpose} from version {old_version} to {new_version} ({reason})",
    "purpose", "old_version", "new_version", "second_actor", "reason",
    category="security", ocsf="datastore.encrypt",
)  # fmt: skip
ROTATION_BEGUN = define(
    "keys.rotation.begun",
    "began to move {purpose} to version {new_version}",
    "purpose", "new_version",
    category="security", ocsf="entity.activate",
)  # fmt: skip
ROTATION_MOVED = define(
    "keys.rotation.moved",
    "moved {rows} rows of {place} to {purpose} version {new_version}",
    "purpose", "place", "rows", "new_version",
    category="security", ocsf="datastore.encrypt",
)  # fmt: skip
ROTATION_FINISHED = define(
    "keys.rotation.finished",
    "moved {done} rows of {purpose} from version {old_version} to {new_version}, {failed} failed",
    "purpose", "old_version", "new_version", "done", "failed",
    category="security", ocsf="datastore.encrypt",
)  # fmt: skip
ROTATION_PAUSED = define(
    "keys.rotation.paused", "paused the rotation of {purpose}", "purpose", category="security", ocsf="entity.suspend"
)
ROTATION_RESUMED = define(
    "keys.rotation.resumed", "resumed the rotation of {purpose}", "purpose", category="security", ocsf="entity.resume"
)
ROTATION_RETRIED = define(
    "keys.rotation.retried", "retried the rotation of {purpose}", "purpose", category="security", ocsf="entity.resume"
)
MINIMUM_RAISED = define(
    "keys.minimum.raised",
    "refuses {purpose} keys older than version {version}",
    "purpose", "version", "reason",
    category="security", ocsf="entity.update",
)  # fmt: skip
ROTATION_PACED = define(
    "keys.rotation.paced",
    "set the rotation of {purpose} to {rate} rows a second at most",
    "purpose", "rate",
    category="security", ocsf="entity.update",
)  # fmt: skip
KEY_VIEWED = define(
    "keys.key.viewed",
    "looked at key {purpose} version {version} and what it protects",
    "purpose", "version",
    category="security", ocsf="entity.read",
)  # fmt: skip
