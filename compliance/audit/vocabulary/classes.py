"""The classes and activities of the Open Cybersecurity Schema Framework 1.8 that events of the portal belong to.

Numbers and captions are those of the schema as published (https://schema.ocsf.io/1.8.0/); ``tests/audit/vocabulary``
holds what each class requires. Every class also has the activity "other" (99).
"""

import re
from dataclasses import dataclass
from typing import Final

VERSION: Final = "1.8.0"
OTHER: Final = 99


@dataclass(frozen=True, slots=True)
class OcsfClass:
    """A class of events: its number, which begins with that of its category, and its activities by number."""

    uid: int
    caption: str
    activities: dict[int, str]

    @property
    def category_uid(self) -> int:
        return self.uid // 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event belongs: a class and one of its activities."""

    key: str
    ocsf_class: OcsfClass
    activity_id: int

    @property
    def activity(self) -> str:
        return self.ocsf_class.activities[self.activity_id]

    @property
    def type_uid(self) -> int:
        return self.ocsf_class.uid * 100 + self.activity_id


def _class(uid: int, caption: str, activities: str) -> OcsfClass:
    """Activities are numbered from 1 in the order of the schema."""
    names = dict(enumerate(activities.split(", "), start=1))
    return OcsfClass(uid, caption, {**names, OTHER: "Other"})


CATEGORIES: Final = {1: "System Activity", 2: "Findings", 3: "Identity & Access Management", 6: "Application Activity"}
_FINDING = "Create, Update, Close"
CLASSES: Final = {
    "scheduled_job": _class(1006, "Scheduled Job Activity", "Create, Update, Delete, Enable, Disable, Start"),
    "event_log": _class(
        1008,
        "Event Log Activity",
        "Clear, Delete, Export, Archive, Rotate, Start, Stop, Restart, Enable, Disable",
    ),
    "compliance_finding": _class(2003, "Compliance Finding", _FINDING),
    "detection_finding": _class(2004, "Detection Finding", _FINDING),
    "account_change": _class(
        3001,
        "Account Change",
        "Create, Enable, Password Change, Password Reset, Disable, Delete, Attach Policy, Detach Policy, Lock,"
        " MFA Factor Enable, MFA Factor Disable, Unlock",
    ),
    "authentication": _class(
        3002,
        "Authentication",
        "Logon, Logoff, Authentication Ticket, Service Ticket Request, Service Ticket Renew, Preauth, Account Switch",
    ),
    "entity": _class(
        3004,
        "Entity Management",
        "Create, Read, Update, Delete, Move, Enroll, Unenroll, Enable, Disable, Activate, Deactivate, Suspend, Resume",
    ),
    "user_access": _class(3005, "User Access Management", "Assign Privileges, Revoke Privileges"),
    "group": _class(
        3006,
        "Group Management",
        "Assign Privileges, Revoke Privileges, Add User, Remove User, Delete, Create, Add Subgroup, Remove Subgroup",
    ),
    "application": _class(
        6002, "Application Lifecycle", "Install, Remove, Start, Stop, Restart, Enable, Disable, Update"
    ),
    "api": _class(6003, "API Activity", "Create, Read, Update, Delete"),
    "datastore": _class(
        6005,
        "Datastore Activity",
        "Read, Update, Connect, Query, Write, Create, Delete, List, Encrypt, Decrypt",
    ),
    "file_hosting": _class(
        6006,
        "File Hosting Activity",
        "Upload, Download, Update, Delete, Rename, Copy, Move, Restore, Preview, Lock, Unlock, Share, Unshare, Open,"
        " Sync, Unsync, Access Check",
    ),
    "scan": _class(
        6007,
        "Scan Activity",
        "Started, Completed, Cancelled, Duration Violation, Pause Violation, Error, Paused, Resumed, Restarted,"
        " Delayed",
    ),
    "application_error": _class(6008, "Application Error", "General Error, Translation Error"),
}


def _word(caption: str) -> str:
    return re.sub(r"[^a-z]+", "_", caption.lower())


PLACES: Final = {
    place.key: place
    for name, ocsf_class in CLASSES.items()
    for number, caption in ocsf_class.activities.items()
    for place in [Place(f"{name}.{_word(caption)}", ocsf_class, number)]
}
NOWHERE: Final = Place("", OcsfClass(0, "Base Event", {0: "Unknown", OTHER: "Other"}), OTHER)


def place_of(key: str) -> Place:
    """The class and activity called ``key``, as "account_change.password_change". Raises ValueError, naming some."""
    try:
        return PLACES[key]
    except KeyError:
        name = key.partition(".")[0]
        near = ", ".join(known for known in PLACES if known.startswith(f"{name}.")) or ", ".join(CLASSES)
        raise ValueError(f"{key!r} is no class and activity of OCSF {VERSION}; known: {near}.") from None
