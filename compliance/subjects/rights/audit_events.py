"""What the ledger tells of the other rights. Values stand in it by their first letter at most."""

from typing import Final

from compliance.audit import EventClass, define

RECTIFIED: Final[EventClass] = define(
    "subjects.request.rectified",
    "corrected {field} for {reference}: {before} is now {after} (rows: {rows}, owners told: {told})",
    "reference",
    "field",
    "before",
    "after",
    "rows",
    "told",
    category="privacy",
    ocsf="entity.update",
)
RESTRICTED: Final[EventClass] = define(
    "subjects.request.restricted",
    "restricted the processing for {reference} ({kind}; datasets: {datasets})",
    "reference",
    "kind",
    "datasets",
    category="privacy",
    ocsf="entity.update",
)
RESTRICTION_LIFTED: Final[EventClass] = define(
    "subjects.request.restriction_lifted",
    "lifted the restriction for {reference}",
    "reference",
    category="privacy",
    ocsf="entity.update",
)
DECISION_REVIEWED: Final[EventClass] = define(
    "subjects.request.decision_reviewed",
    "reviewed for {reference} what {decision} says: {result}",
    "reference",
    "decision",
    "result",
    category="privacy",
    ocsf="entity.update",
)
