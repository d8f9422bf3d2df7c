"""Which event tells of storage locations and of where versions lie."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import DATASET_VERSION_VIEWED, MODEL_VIEWED, VERSION_VIEWED

from .audit_events import (
    COPY_REPAIRED,
    LOCATION_ADDED,
    LOCATION_BACK,
    LOCATION_CHANGED,
    LOCATION_LOST,
    LOCATION_RECONCILED,
    LOCATION_TESTED,
    LOCATION_VIEWED,
    POLICY_CHANGED,
    WORK_ASKED,
)

_ONE = "api/v1/storage-locations/<object_name:name>/"
_MODEL, _DATASET = "api/v1/models/<object_name:name>/", "api/v1/datasets/<object_name:name>/"
_ADMIN = "admin/locations/storagelocation/<uuid:pk>/"

route("api/v1/storage-locations/", get=Exempt.NAMES, post=LOCATION_ADDED)
route(_ONE, get=LOCATION_VIEWED, patch=LOCATION_CHANGED)
route(f"{_ONE}test/", post=LOCATION_TESTED)
for _switch in ("primary", "disable", "enable"):
    route(f"{_ONE}{_switch}/", post=LOCATION_CHANGED)
    route(f"{_ADMIN}{_switch}/", post=LOCATION_CHANGED)
for _work in ("backfill", "reconcile"):
    route(f"{_ONE}{_work}/", post=WORK_ASKED)
    route(f"{_ADMIN}{_work}/", post=WORK_ASKED)
route(f"{_MODEL}replication/", get=MODEL_VIEWED, put=POLICY_CHANGED)
route(f"{_MODEL}versions/<int:number>/locations/", get=VERSION_VIEWED)
route(f"{_DATASET}versions/<int:number>/locations/", get=DATASET_VERSION_VIEWED)
for _version in (f"{_MODEL}versions/<int:number>/", f"{_DATASET}versions/<int:number>/"):
    route(f"{_version}locations/<object_name:location>/repair/", post=COPY_REPAIRED)

admin_pages("locations.StorageLocation", adds=LOCATION_ADDED)
admin_pages("locations.Reconciliation")
route("admin/locations/reconciliation/report/", get=Exempt.NAMES)
route("api/v1/storage-report/", get=Exempt.NAMES)
admin_pages("locations.ForeignFile")
route(f"{_ADMIN}test/", post=LOCATION_TESTED)
route(f"{_ADMIN}edit/", get=Exempt.FORM, post=LOCATION_CHANGED)

model("locations.StorageLocation", LOCATION_ADDED, LOCATION_CHANGED, LOCATION_TESTED, LOCATION_LOST, LOCATION_BACK)
model("locations.Reconciliation", LOCATION_RECONCILED)
model("locations.ForeignFile", LOCATION_RECONCILED)
