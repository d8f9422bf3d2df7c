"""Which event tells of people in datasets."""

from compliance.audit.coverage import Exempt, model, route
from compliance.subjects.rights.audit_events import RESTRICTED, RESTRICTION_LIFTED
from registry.audit_events import DATASET_VIEWED

from .audit_events import COLUMN_DECLARED, HOLDS_EXCLUDED, INDEXED, PERSON_EXCLUDED, ROWS_ERASED

route("api/v1/datasets/<object_name:name>/subject-column/", get=DATASET_VIEWED, put=COLUMN_DECLARED)
route("datasets/<object_name:name>/subject-column/", post=COLUMN_DECLARED)

model("people.SubjectColumn", COLUMN_DECLARED)
model("people.IndexedVersion", COLUMN_DECLARED, INDEXED, HOLDS_EXCLUDED)
model("people.PersonRows", exempt=Exempt.WORKING_MEMORY)
model("people.ExcludedPerson", PERSON_EXCLUDED)
model("people.RestrictedPerson", RESTRICTED, RESTRICTION_LIFTED)
model("people.DigestSecret", exempt=Exempt.WORKING_MEMORY)
model("people.RowsErased", ROWS_ERASED)
