"""Which event tells of data-subject requests."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    BUNDLE_COLLECTED,
    BUNDLE_DOWNLOADED,
    BUNDLE_EXPIRED,
    COLLECTION_FAILED,
    COLLECTION_STARTED,
    IDENTITY_CONFIRMED,
    PERSON_SEARCHED,
    REQUEST_DELIVERED,
    REQUEST_OPENED,
    REQUEST_REFUSED,
    REQUEST_VIEWED,
    SUBJECT_REVEALED,
)

_ONE = "api/v1/subject-requests/<uuid:request_id>/"
_ADMIN = "admin/subjects/subjectrequest/<uuid:pk>/"

route("api/v1/subject-requests/", get=Exempt.NAMES, post=REQUEST_OPENED)
route(_ONE, get=REQUEST_VIEWED)
route(f"{_ONE}confirm-identity/", post=IDENTITY_CONFIRMED)
route(f"{_ONE}collect/", post=COLLECTION_STARTED)
route(f"{_ONE}bundle/", get=BUNDLE_DOWNLOADED)
route(f"{_ONE}answer/", post=REQUEST_DELIVERED)
route(f"{_ONE}refuse/", post=REQUEST_REFUSED)

admin_pages("subjects.SubjectRequest", adds=REQUEST_OPENED)
route("admin/subjects/subjectrequest/find/", post=PERSON_SEARCHED)
route(f"{_ADMIN}identity/", post=IDENTITY_CONFIRMED)
route(f"{_ADMIN}collect/", post=COLLECTION_STARTED)
route(f"{_ADMIN}progress/", get=Exempt.PROGRESS)
route(f"{_ADMIN}bundle/", post=BUNDLE_DOWNLOADED)
route(f"{_ADMIN}answer/", post=REQUEST_DELIVERED)
route(f"{_ADMIN}refuse/", post=REQUEST_REFUSED)
route(f"{_ADMIN}person/", get=Exempt.FORM, post=SUBJECT_REVEALED)

model("subjects.ReferenceCounter", exempt=Exempt.WORKING_MEMORY)
model(
    "subjects.SubjectRequest",
    REQUEST_OPENED,
    IDENTITY_CONFIRMED,
    COLLECTION_STARTED,
    COLLECTION_FAILED,
    BUNDLE_COLLECTED,
    REQUEST_DELIVERED,
    REQUEST_REFUSED,
)
model("subjects.SubjectBundle", BUNDLE_COLLECTED, BUNDLE_DOWNLOADED, BUNDLE_EXPIRED)
