"""What the ledger tells of identity checks and public requests."""

from typing import Final

from compliance.audit import EventClass, define

CHECK_SENT: Final[EventClass] = define(
    "subjects.identity.asked",
    "mailed a link and a code to confirm the identity behind {reference}",
    "reference",
    category="privacy",
    ocsf="entity.update",
)
CHECK_FAILED: Final[EventClass] = define(
    "subjects.identity.failed",
    "gave a wrong code for {reference} (try {tries})",
    "reference",
    "tries",
    category="privacy",
    ocsf="entity.update",
)
DEADLINE_EXTENDED: Final[EventClass] = define(
    "subjects.request.extended",
    "extended {reference}, now due {due_on}",
    "reference",
    "due_on",
    category="privacy",
    ocsf="entity.update",
)
