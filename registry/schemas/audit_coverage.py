"""Which event tells of the schemas of datasets."""

from compliance.audit.coverage import model, route
from registry.audit_events import DATASET_VIEWED

from .audit_events import SCHEMA_WRITTEN

_SCHEMA = "datasets/<object_name:name>/schema/"

route(_SCHEMA, get=DATASET_VIEWED, post=SCHEMA_WRITTEN)
route(f"api/v1/{_SCHEMA}", get=DATASET_VIEWED, put=SCHEMA_WRITTEN)
route(f"api/v1/{_SCHEMA}changes/", get=DATASET_VIEWED)

model("schemas.DatasetSchema", SCHEMA_WRITTEN)
