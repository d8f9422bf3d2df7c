"""Rows of the ledger as events of the Open Cybersecurity Schema Framework."""

from typing import Any, Final

from modelops.version import VERSION as PORTAL_VERSION

from .classes import CATEGORIES, OTHER, VERSION
from .words import PRODUCT, Leaf, moment_of, name_of_target, place_of_leaf, sentence_of

_SEVERITIES: Final = {"Informational": 1, "Low": 2, "Medium": 3}
_RELATIONAL, _REGULAR_FILE, _OTHER_TYPE, _SERVER = 1, 1, 99, 1
# What an export says beyond the schema's own attributes stands in `unmapped`, as the schema asks.


def event(leaf: Leaf, index: int) -> dict[str, Any]:
    """The row as an event of its class, with all attributes that the class requires."""
    place = place_of_leaf(leaf)
    found, outcome = place.ocsf_class, leaf["outcome"]
    severity = "Informational" if outcome == "success" else "Low" if outcome == "denied" else "Medium"
    if found.category_uid == 2 and place.activity_id == 1:
        severity = "Medium"
    return {
        "activity_id": place.activity_id,
        "activity_name": place.activity if place.activity_id != OTHER else leaf["action"],
        "category_name": CATEGORIES.get(found.category_uid, "Uncategorized"),
        "category_uid": found.category_uid,
        "class_name": found.caption,
        "class_uid": found.uid,
        "message": sentence_of(leaf),
        "metadata": {
            "correlation_uid": leaf["request"],
            "event_code": leaf["action"],
            "log_name": "audit",
            "original_time": leaf["at"],
            "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": PORTAL_VERSION},
            "sequence": index,
            "uid": leaf["id"],
            "version": VERSION,
        },
        "severity": severity,
        "severity_id": _SEVERITIES[severity],
        "status": "Success" if outcome == "success" else "Failure",
        "status_detail": outcome,
        "status_id": 1 if outcome == "success" else 2,
        "time": int(moment_of(leaf).timestamp() * 1000),
        "type_name": f"{found.caption}: {place.activity}",
        "type_uid": place.type_uid,
        "unmapped": {
            "category": leaf["category"],
            "details": leaf["details"],
            "origin": leaf["origin"],
            "personal": leaf["personal"],
            "target": leaf["target"],
            "via": leaf["actor"]["via"],
        },
        **_of_class(found.uid, leaf),
    }


def _of_class(uid: int, leaf: Leaf) -> dict[str, Any]:
    """What events of one class carry beside what all carry."""
    kind, target = leaf["actor"]["kind"], leaf["target"]
    actor = {"user": {"uid": leaf["actor"]["ref"] or kind, "type": kind, "type_id": _type_of(kind)}}
    about = {"uid": target["id"] or leaf["id"], "name": name_of_target(leaf)}
    source = {"name": leaf["network"] or PRODUCT}
    common: dict[str, Any] = {"actor": actor}
    if leaf["network"]:
        common["src_endpoint"] = source
    match uid:
        case 1006:
            more: dict[str, Any] = {
                "device": {"name": PRODUCT, "type_id": _SERVER},
                "job": {"name": str(leaf["details"].get("task") or about["name"])},
            }
        case 1008:
            more = {"log_name": "audit"}
        case 2003:
            more = {"finding_info": _finding(leaf, about), "compliance": {"requirements": [leaf["action"]]}}
        case 2004:
            more = {"finding_info": _finding(leaf, about)}
        case 3001:
            more = {"user": _user(leaf, about)}
        case 3002:
            more = {"user": _user(leaf, about), "service": {"name": PRODUCT}}
        case 3004:
            more = {"entity": {**about, "type": target["type"] or "portal"}}
        case 3005:
            more = {"user": _user(leaf, about), "privileges": _privileges(leaf)}
        case 3006:
            more = {"group": about}
        case 6002:
            more = {"app": {"name": PRODUCT, "version": PORTAL_VERSION}}
        case 6003:
            request = {"uid": leaf["request"] or leaf["id"]}
            more = {"api": {"operation": leaf["action"], "request": request}, "src_endpoint": source}
        case 6005:
            more = {"database": {"name": PRODUCT, "type_id": _RELATIONAL}, "src_endpoint": source}
        case 6006:
            more = {"file": {**about, "type_id": _REGULAR_FILE}, "src_endpoint": source}
        case 6007:
            more = {"scan": {**about, "type": leaf["action"], "type_id": _OTHER_TYPE}}
        case _:
            more = {}
    return common | more


def _type_of(kind: str) -> int:
    """The schema's number for a kind of actor: a user, the system, a service; anybody else is "other"."""
    return {"user": 1, "system": 3, "service": 4}.get(kind, _OTHER_TYPE)


def _user(leaf: Leaf, about: dict[str, str]) -> dict[str, str]:
    """The account that the event is about; the actor's own when the object is none."""
    if leaf["target"]["type"].startswith("accounts."):
        return {"uid": about["uid"]}
    return {"uid": str(leaf["details"].get("holder") or leaf["actor"]["ref"] or leaf["actor"]["kind"])}


def _privileges(leaf: Leaf) -> list[str]:
    """What was given or taken, as far as the row says it."""
    told = [leaf["details"].get(name) for name in ("level", "after", "changes")]
    return [str(value) for value in told if value] or [leaf["action"]]


def _finding(leaf: Leaf, about: dict[str, str]) -> dict[str, str]:
    return {"uid": about["uid"], "title": sentence_of(leaf)}
