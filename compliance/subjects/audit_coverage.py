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
    PLACES_SHOWN,
    REQUEST_ANONYMISED,
    REQUEST_DELIVERED,
    REQUEST_OPENED,
    REQUEST_REFUSED,
    REQUEST_VIEWED,
    SUBJECT_REVEALED,
)
from .delivery.audit_events import BUNDLE_FETCHED, BUNDLE_SENT, FETCH_FAILED
from .erasure.audit_events import (
    CERTIFICATE_READ,
    ERASURE_APPROVED,
    ERASURE_COMPLETED,
    ERASURE_PREVIEWED,
    ERASURE_STARTED,
    ERASURE_STOPPED,
    HOLD_LIFTED,
    HOLD_SET,
    IMPACT_DECIDED,
    PART_ERASED,
    PART_KEPT,
)
from .identity.audit_events import CHECK_FAILED, CHECK_SENT, DEADLINE_EXTENDED
from .rehearsal.audit_events import REHEARSAL_FAILED, REHEARSED
from .rights.audit_events import DECISION_REVIEWED, RECTIFIED, RESTRICTED, RESTRICTION_LIFTED

_ONE = "api/v1/subject-requests/<uuid:request_id>/"
_ADMIN = "admin/subjects/subjectrequest/<uuid:pk>/"

route("api/v1/subject-requests/", get=Exempt.NAMES, post=REQUEST_OPENED)
route(_ONE, get=REQUEST_VIEWED)
route(f"{_ONE}confirm-identity/", post=IDENTITY_CONFIRMED)
route(f"{_ONE}send-identity-link/", post=CHECK_SENT)
route(f"{_ONE}extend/", post=DEADLINE_EXTENDED)
route("privacy/request/", get=Exempt.FORM, post=(REQUEST_OPENED, CHECK_SENT))
route("privacy/confirm/<str:link>/", get=Exempt.FORM, post=IDENTITY_CONFIRMED)
route(f"{_ONE}collect/", post=COLLECTION_STARTED)
route(f"{_ONE}bundle/", get=BUNDLE_DOWNLOADED)
route(f"{_ONE}delivery/", post=BUNDLE_SENT)
route("privacy/bundle/<str:link>/", get=Exempt.FORM, post=BUNDLE_FETCHED)
route(f"{_ONE}answer/", post=REQUEST_DELIVERED)
route(f"{_ONE}refuse/", post=REQUEST_REFUSED)
route(f"{_ONE}rectify/", post=RECTIFIED)
route(f"{_ONE}restriction/", post=RESTRICTED, delete=RESTRICTION_LIFTED)
route(f"{_ONE}decisions/", get=REQUEST_VIEWED, post=DECISION_REVIEWED)
route(f"{_ONE}places/", get=PLACES_SHOWN)
route(f"{_ONE}erasure/", get=REQUEST_VIEWED, post=ERASURE_PREVIEWED)
route(f"{_ONE}erasure/decisions/", post=IMPACT_DECIDED)
route(f"{_ONE}erasure/approve/", post=ERASURE_APPROVED)
route(f"{_ONE}erasure/execute/", post=ERASURE_STARTED)
route(f"{_ONE}erasure/certificate/", get=CERTIFICATE_READ)
route(f"{_ONE}holds/", post=HOLD_SET)

admin_pages("subjects.SubjectRequest", adds=REQUEST_OPENED)
admin_pages("subjects.ErasureDrill")
route("admin/subjects/subjectrequest/find/", post=PERSON_SEARCHED)
route(f"{_ADMIN}identity/", post=IDENTITY_CONFIRMED)
route(f"{_ADMIN}ask/", post=CHECK_SENT)
route(f"{_ADMIN}extend/", post=DEADLINE_EXTENDED)
route(f"{_ADMIN}collect/", post=COLLECTION_STARTED)
route(f"{_ADMIN}progress/", get=Exempt.PROGRESS)
route(f"{_ADMIN}bundle/", post=BUNDLE_DOWNLOADED)
route(f"{_ADMIN}deliver/", post=BUNDLE_SENT)
route(f"{_ADMIN}answer/", post=REQUEST_DELIVERED)
route(f"{_ADMIN}refuse/", post=REQUEST_REFUSED)
route(f"{_ADMIN}rectify/", post=RECTIFIED)
route(f"{_ADMIN}restrict/", post=RESTRICTED)
route(f"{_ADMIN}lift/", post=RESTRICTION_LIFTED)
route(f"{_ADMIN}decision/", post=DECISION_REVIEWED)
route(f"{_ADMIN}places/", post=PLACES_SHOWN)
route(f"{_ADMIN}erasure/preview/", post=ERASURE_PREVIEWED)
route(f"{_ADMIN}erasure/decide/", post=IMPACT_DECIDED)
route(f"{_ADMIN}erasure/approve/", post=ERASURE_APPROVED)
route(f"{_ADMIN}erasure/execute/", post=ERASURE_STARTED)
route(f"{_ADMIN}erasure/certificate/", post=CERTIFICATE_READ)
route(f"{_ADMIN}hold/", post=HOLD_SET)
route(f"{_ADMIN}hold/<uuid:hold>/lift/", post=HOLD_LIFTED)
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
    REQUEST_ANONYMISED,
    ERASURE_COMPLETED,
    DEADLINE_EXTENDED,
)
model("subjects.ErasureDrill", REHEARSED, REHEARSAL_FAILED)
model("subjects.BundleDelivery", BUNDLE_SENT, BUNDLE_FETCHED, FETCH_FAILED)
model("subjects.IdentityCheck", CHECK_SENT, CHECK_FAILED, IDENTITY_CONFIRMED)
model("subjects.ErasurePlan", ERASURE_PREVIEWED, ERASURE_APPROVED, ERASURE_STARTED, ERASURE_STOPPED, ERASURE_COMPLETED)
model("subjects.ErasureStep", ERASURE_PREVIEWED, PART_ERASED, PART_KEPT)
model("subjects.ModelImpact", ERASURE_PREVIEWED, IMPACT_DECIDED)
model("subjects.LegalHold", HOLD_SET, HOLD_LIFTED)
model("subjects.SubjectBundle", BUNDLE_COLLECTED, BUNDLE_DOWNLOADED, BUNDLE_EXPIRED)
