"""What the ledger records about its receivers. A delivery is no event: it would be delivered in turn."""

from ..events import EventClass, define


def _receiver(verb: str, sentence: str, activity: str, *details: str) -> EventClass:
    return define(f"audit.stream.{verb}", sentence, "name", *details, category="security", ocsf=f"entity.{activity}")


RECEIVER_ADDED = _receiver(
    "added", "sends the ledger to {name} ({kind}, {form}) from row {cursor} on", "create", "kind", "form", "cursor"
)
RECEIVER_PAUSED = _receiver("paused", "paused the stream of the ledger to {name}", "suspend")
RECEIVER_RESUMED = _receiver("resumed", "resumed the stream of the ledger to {name}", "resume")
RECEIVER_TESTED = _receiver("tested", "tried the stream of the ledger to {name}: {result}", "other", "result")
RECEIVER_REMOVED = _receiver("removed", "ended the stream of the ledger to {name} at row {cursor}", "delete", "cursor")
RECEIVER_FAILED = _receiver("failed", "could not send the ledger to {name} from row {cursor} on", "disable", "cursor")
RECEIVER_RECOVERED = _receiver(
    "recovered", "sends the ledger to {name} again, from row {cursor} on", "enable", "cursor"
)
