"""What the ledger tells of bundles on their way to the person."""

from typing import Final

from compliance.audit import EventClass, define

BUNDLE_SENT: Final[EventClass] = define(
    "subjects.bundle.sent",
    "mailed a link to the bundle of {reference}, good until {until}",
    "reference",
    "until",
    "sha256",
    category="privacy",
    ocsf="entity.update",
)
BUNDLE_FETCHED: Final[EventClass] = define(
    "subjects.bundle.fetched",
    "fetched the bundle of {reference} by link and code",
    "reference",
    "sha256",
    category="privacy",
    ocsf="file_hosting.download",
)
FETCH_FAILED: Final[EventClass] = define(
    "subjects.bundle.fetch_failed",
    "gave a wrong code for the bundle of {reference} (try {tries})",
    "reference",
    "tries",
    category="privacy",
    ocsf="entity.update",
)
