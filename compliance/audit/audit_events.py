"""What the ledger records about keys, which lie below it and cannot record by themselves."""

from .events import EventClass, define


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
