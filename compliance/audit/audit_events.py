"""What the ledger records about keys, which lie below it and cannot record by themselves, and about its exports."""

from .events import EventClass, define
from .exporting import events as _exporting  # noqa: F401  declares its own


def _key(verb: str, sentence: str, activity: str) -> EventClass:
    details = ("purpose", "version", "name", "second_actor", "reason")
    return define(
        f"crypto.key.{verb}", f"{sentence} ({{reason}})", *details, category="security", ocsf=f"entity.{activity}"
    )


KEY_ACTIVATED = _key("activated", "activated key {purpose} version {version}", "activate")
KEY_DESTROYED = _key("destroyed", "destroyed key {purpose} version {version}", "delete")

# By the word that modelops.crypto announces.
KEY_TRANSITIONS = {
    "created": _key("created", "made key {name} for {purpose}, version {version}, pending", "create"),
    "activated": KEY_ACTIVATED,
    "retired": _key("retired", "stopped writing under key {purpose} version {version}", "deactivate"),
    "suspended": _key("suspended", "suspended key {purpose} version {version}", "suspend"),
    "resumed": _key("resumed", "resumed key {purpose} version {version}", "resume"),
    "compromised": _key("compromised", "marked key {purpose} version {version} as compromised", "disable"),
    "doomed": _key("doomed", "set key {purpose} version {version} to be destroyed after its grace period", "other"),
    "spared": _key("spared", "took back the destruction of key {purpose} version {version}", "other"),
    "destroyed": KEY_DESTROYED,
    "aged": _key("aged", "changed the maximum age of key {purpose} version {version}", "update"),
}

# The admin shows every kind of object through the same pages; the row's target says which one was opened.
ADMIN_OBJECT_VIEWED = define(
    "audit.admin_object.viewed", "looked at one of {kind} in the admin", "kind", category="security", ocsf="entity.read"
)
ADMIN_LIST_VIEWED = define(
    "audit.admin_list.viewed",
    "looked at the list of {kind} in the admin",
    "kind",
    category="security",
    ocsf="entity.read",
)
LOG_READ = define(
    "audit.log.read", "read the audit log (asked for {filters})", "filters", category="security", ocsf="datastore.query"
)
