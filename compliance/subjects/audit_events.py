"""What the ledger tells of data-subject requests. Who the person is stands nowhere in it."""

from typing import Final

from compliance.audit import EventClass, define

from .delivery import audit_events as _of_deliveries  # noqa: F401  declared with the app
from .erasure import audit_events as _of_erasures  # noqa: F401  declared with the app
from .identity import audit_events as _of_identity  # noqa: F401  declared with the app
from .mentions import audit_events as _of_mentions  # noqa: F401  declared with the app
from .rehearsal import audit_events as _of_drills  # noqa: F401  declared with the app
from .rights import audit_events as _of_rights  # noqa: F401  declared with the app

REQUEST_OPENED: Final[EventClass] = define(
    "subjects.request.opened",
    "opened {reference} ({kind}, {regime}), due {due_on}",
    "reference",
    "kind",
    "regime",
    "due_on",
    category="privacy",
    ocsf="entity.create",
)
IDENTITY_CONFIRMED: Final[EventClass] = define(
    "subjects.request.identity_confirmed",
    "confirmed the identity behind {reference}",
    "reference",
    category="privacy",
    ocsf="entity.update",
)
SUBJECT_REVEALED: Final[EventClass] = define(
    "subjects.request.subject_revealed",
    "looked up who {reference} is about, to {reason}",
    "reference",
    "reason",
    category="privacy",
    ocsf="entity.read",
)
COLLECTION_STARTED: Final[EventClass] = define(
    "subjects.bundle.collection_started",
    "started collecting for {reference}",
    "reference",
    category="privacy",
    ocsf="datastore.query",
)
COLLECTION_FAILED: Final[EventClass] = define(
    "subjects.bundle.collection_failed",
    "collecting for {reference} failed",
    "reference",
    category="privacy",
    ocsf="datastore.query",
)
BUNDLE_COLLECTED: Final[EventClass] = define(
    "subjects.bundle.collected",
    "collected the data for {reference} (rows: {rows}, sections: {sections})",
    "reference",
    "rows",
    "sections",
    "sha256",
    category="privacy",
    ocsf="datastore.read",
)
BUNDLE_DOWNLOADED: Final[EventClass] = define(
    "subjects.bundle.downloaded",
    "downloaded the bundle of {reference} (download {number})",
    "reference",
    "number",
    "sha256",
    category="privacy",
    ocsf="file_hosting.download",
)
BUNDLE_EXPIRED: Final[EventClass] = define(
    "subjects.bundle.expired",
    "removed the expired bundle of {reference}",
    "reference",
    category="privacy",
    ocsf="file_hosting.delete",
)
REQUEST_DELIVERED: Final[EventClass] = define(
    "subjects.request.delivered",
    "recorded {reference} as answered",
    "reference",
    "late",
    category="privacy",
    ocsf="entity.update",
)
REQUEST_REFUSED: Final[EventClass] = define(
    "subjects.request.refused", "refused {reference}", "reference", category="privacy", ocsf="entity.update"
)
REQUEST_VIEWED: Final[EventClass] = define(
    "subjects.request.viewed",
    "looked at {reference}",
    "reference",
    category="privacy",
    ocsf="entity.read",
)
PERSON_SEARCHED: Final[EventClass] = define(
    "subjects.request.person_searched",
    "searched the requests of a person ({found} found)",
    "found",
    category="privacy",
    ocsf="datastore.query",
)
REQUEST_ANONYMISED: Final[EventClass] = define(
    "subjects.request.anonymised",
    "took the person out of {reference}",
    "reference",
    category="privacy",
    ocsf="entity.update",
)
PLACES_SHOWN: Final[EventClass] = define(
    "subjects.request.places_shown",
    "looked where the person of {reference} is known (rows: {rows}, models: {models})",
    "reference",
    "rows",
    "models",
    category="privacy",
    ocsf="datastore.query",
)
