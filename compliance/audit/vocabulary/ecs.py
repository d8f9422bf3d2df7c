"""Rows of the ledger as documents of the Elastic Common Schema."""

from typing import Any, Final

from .classes import Place
from .words import PRODUCT, Leaf, place_of_leaf, sentence_of

VERSION: Final = "8.17.0"
# event.category and event.type take the schema's own values only. Those of a class stand here, by its number; that of
# no class has none.
CATEGORIES: Final[dict[int, tuple[str, ...]]] = {
    0: (),
    1006: ("configuration",),
    1008: ("configuration",),
    2003: ("intrusion_detection",),
    2004: ("intrusion_detection",),
    3001: ("iam",),
    3002: ("authentication", "session"),
    3004: ("configuration",),
    3005: ("iam",),
    3006: ("iam",),
    6002: ("configuration",),
    6003: ("api", "web"),
    6005: ("database",),
    6006: ("file",),
    6007: ("configuration",),
    6008: ("configuration",),
}
_TYPES: Final = {
    "Create": "creation", "Upload": "creation", "Copy": "creation", "Enroll": "creation",
    "Delete": "deletion", "Unenroll": "deletion",
    "Read": "access", "Download": "access", "Open": "access", "Query": "access", "Decrypt": "access",
    "Export": "access", "Access Check": "access", "Preview": "access", "List": "access",
    "Logon": "start", "Started": "start", "Start": "start",
    "Logoff": "end", "Completed": "end", "Stop": "end", "Close": "end",
    "Error": "error", "General Error": "error", "Translation Error": "error",
    "Other": "info",
}  # fmt: skip
_CLASS_TYPES: Final = {3001: "user", 3005: "user", 3006: "group"}


def event(leaf: Leaf, index: int) -> dict[str, Any]:
    """The row as one document. What the schema has no field for stands under ``modelops``."""
    place, outcome, actor, target = place_of_leaf(leaf), leaf["outcome"], leaf["actor"], leaf["target"]
    found: dict[str, Any] = {
        "@timestamp": leaf["at"],
        "ecs": {"version": VERSION},
        "event": {
            "action": leaf["action"],
            "category": list(CATEGORIES[place.ocsf_class.uid]),
            "code": str(place.type_uid),
            "dataset": "modelops.audit",
            "id": leaf["id"],
            "kind": "alert" if place.ocsf_class.category_uid == 2 else "event",
            "module": "modelops",
            "outcome": "success" if outcome == "success" else "failure",
            "provider": leaf["action"].partition(".")[0],
            "reason": outcome,
            "sequence": index,
            "type": _types(place, outcome),
        },
        "message": sentence_of(leaf),
        "modelops": {
            "actor": actor,
            "category": leaf["category"],
            "details": leaf["details"],
            "origin": leaf["origin"],
            "personal": leaf["personal"],
            "target": target,
        },
        "service": {"name": PRODUCT, "type": "modelops"},
    }
    if actor["kind"] in {"user", "service"}:
        found["user"] = {"id": actor["ref"]}
        found["related"] = {"user": [actor["ref"]]}
    if leaf["request"]:
        found["http"] = {"request": {"id": leaf["request"]}}
    if leaf["network"]:
        found["source"] = {"address": leaf["network"]}
    return found


def _types(place: Place, outcome: str) -> list[str]:
    """What kind of act it was; a change unless it is listed as something else."""
    types = [_TYPES.get(place.activity, "change")]
    if own := _CLASS_TYPES.get(place.ocsf_class.uid):
        types.insert(0, own)
    if place.ocsf_class.uid == 3002:
        types = [types[0] if types[0] in {"start", "end"} else "info"]
    if outcome == "denied" and place.ocsf_class.uid in {6003, 6006}:
        types.append("denied")
    return types
