"""What the ledger records of the key room. The steps of the keys themselves are declared by the ledger."""

from compliance.audit import EventClass, define


def _approval(verb: str, sentence: str) -> EventClass:
    return define(
        f"keys.approval.{verb}", sentence, "action", "purpose", "version", "asked_by", "reason", category="security"
    )


APPROVAL_REQUESTED = _approval("requested", "asked to {action} key {purpose} version {version} ({reason})")
APPROVAL_EXECUTED = _approval("executed", "approved to {action} key {purpose} version {version}")
APPROVAL_WITHDRAWN = _approval("withdrawn", "took back the request to {action} key {purpose} version {version}")
APPROVAL_EXPIRED = _approval("expired", "request to {action} key {purpose} version {version} expired")

ROTATION_STARTED = define(
    "keys.rotation.started",
    "started to move {purpose} from version {old_version} to {new_version} ({reason})",
    "purpose", "old_version", "new_version", "second_actor", "reason",
    category="security",
)  # fmt: skip
ROTATION_FINISHED = define(
    "keys.rotation.finished",
    "moved {done} rows of {purpose} from version {old_version} to {new_version}, {failed} failed",
    "purpose", "old_version", "new_version", "done", "failed",
    category="security",
)  # fmt: skip
ROTATION_PAUSED = define("keys.rotation.paused", "paused the rotation of {purpose}", "purpose", category="security")
ROTATION_RESUMED = define("keys.rotation.resumed", "resumed the rotation of {purpose}", "purpose", category="security")
ROTATION_RETRIED = define("keys.rotation.retried", "retried the rotation of {purpose}", "purpose", category="security")
MINIMUM_RAISED = define(
    "keys.minimum.raised",
    "refuses {purpose} keys older than version {version}",
    "purpose", "version", "reason",
    category="security",
)  # fmt: skip
