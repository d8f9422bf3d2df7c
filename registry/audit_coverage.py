"""Which event of the ledger tells of each page, each call and each table of models and datasets."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import (
    ARTIFACT_DOWNLOAD_STARTED,
    ARTIFACT_DOWNLOADED,
    ARTIFACT_VERIFIED,
    DATASET_CREATED,
    DATASET_VERSION_ADDED,
    DATASET_VERSION_VIEWED,
    DATASET_VIEWED,
    DESCRIBED,
    FILTER_REMOVED,
    FILTER_SAVED,
    METRIC_CHOSEN,
    MODEL_CLASSIFIED,
    MODEL_REGISTERED,
    MODEL_VIEWED,
    PARAMETERS_READ,
    PURPOSE_CHANGED,
    VERSION_ADDED,
    VERSION_VIEWED,
    VERSIONS_COMPARED,
)
from registry.deletion.events import DELETED, PURGED, RESTORED
from registry.grants.audit_events import ACCESS_CHANGED, CODE_REMOVED, CODE_SET
from registry.locations.audit_events import COPY_BAD, COPY_FAILED, COPY_REPAIRED, COPY_STORED, POLICY_CHANGED
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel
from registry.signing.audit_events import SIGNATURE_CHECKED, VERSION_SIGNED
from registry.variants.audit_events import VARIANT_MADE, VARIANT_UPLOADED

# A download has two rows: who asks, before anything is opened, and what became of it.
_SENT = (ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED)
_SIGNED_SENT = (SIGNATURE_CHECKED, *_SENT)
_ADDED = (VERSION_ADDED, VERSION_SIGNED)
_MODELS, _DATASETS = "models/<object_name:name>/", "datasets/<object_name:name>/"
_MODEL_VERSION = f"{_MODELS}versions/<int:number>/"
_DATASET_VERSION = f"{_DATASETS}versions/<int:number>/"
_EITHER = "<registry_kind:kind>/<object_name:name>/"

route("models/", get=Exempt.NAMES)
route("models/-/versions/", get=Exempt.NAMES)
route("models/-/filters/", post=FILTER_SAVED)
route("models/-/filters/<uuid:pk>/remove/", post=FILTER_REMOVED)
route(f"{_MODELS}describe/", get=Exempt.FORM, post=(DESCRIBED, PURPOSE_CHANGED, MODEL_CLASSIFIED))
route(f"{_DATASETS}describe/", get=Exempt.FORM, post=DESCRIBED)
route(f"{_DATASETS}impact/", get=DATASET_VIEWED)
route("models/-/sealed/", get=Exempt.INTERFACE)
route("models/-/new/", get=Exempt.FORM, post=MODEL_REGISTERED)
route(_MODELS, get=MODEL_VIEWED)
route(f"{_MODELS}metric/", get=Exempt.FORM, post=METRIC_CHOSEN)
route(f"{_MODELS}compare/", get=VERSIONS_COMPARED, post=PARAMETERS_READ)
route(f"{_MODELS}versions/new/", get=Exempt.FORM, post=_ADDED)
route(_MODEL_VERSION, get=VERSION_VIEWED)
route(f"{_MODEL_VERSION}parameters/", post=PARAMETERS_READ)
route(f"{_MODEL_VERSION}verify/", post=ARTIFACT_VERIFIED)
route(f"{_MODEL_VERSION}file/", post=_SIGNED_SENT)
route(f"{_MODEL_VERSION}files/<path:path>", post=_SIGNED_SENT)
route(f"{_MODEL_VERSION}archive/", post=_SIGNED_SENT)
route(f"{_MODEL_VERSION}locations/<object_name:location>/repair/", post=COPY_REPAIRED)
route("datasets/", get=Exempt.NAMES)
route("datasets/-/new/", get=Exempt.FORM, post=DATASET_CREATED)
route(_DATASETS, get=DATASET_VIEWED)
route(f"{_DATASETS}versions/new/", get=Exempt.FORM, post=DATASET_VERSION_ADDED)
route(_DATASET_VERSION, get=DATASET_VERSION_VIEWED)
route(f"{_DATASET_VERSION}verify/", post=ARTIFACT_VERIFIED)
route(f"{_DATASET_VERSION}file/", post=_SENT)
route(f"{_DATASET_VERSION}locations/<object_name:location>/repair/", post=COPY_REPAIRED)
route(f"{_EITHER}delete/", get=Exempt.FORM, post=DELETED[RegisteredModel])
route(f"{_EITHER}restore/", post=RESTORED[RegisteredModel])
route(f"{_EITHER}versions/<int:number>/delete/", get=Exempt.FORM, post=DELETED[ModelVersion])
route(f"{_EITHER}versions/<int:number>/restore/", post=RESTORED[ModelVersion])

_API = "api/v1/"
route(f"{_API}sealing-key/", get=Exempt.INTERFACE)
route(f"{_API}sealed-client/", get=Exempt.INTERFACE)
route(f"{_API}model-versions/", get=Exempt.NAMES)
route(f"{_API}saved-filters/", get=Exempt.OWN, post=FILTER_SAVED)
route(f"{_API}saved-filters/<uuid:pk>/", delete=FILTER_REMOVED)
route(f"{_API}{_MODEL_VERSION}lineage/", get=VERSION_VIEWED)
route(f"{_API}{_DATASET_VERSION}lineage/", get=DATASET_VERSION_VIEWED)
route(f"{_API}{_DATASETS}impact/", get=DATASET_VIEWED)
route(f"{_API}models/", get=Exempt.NAMES, post=MODEL_REGISTERED)
route(f"{_API}{_MODELS}", get=MODEL_VIEWED, patch=DESCRIBED, delete=DELETED[RegisteredModel])
route(f"{_API}{_MODELS}restore/", post=RESTORED[RegisteredModel])
route(f"{_API}{_MODELS}best/", get=VERSION_VIEWED)
route(f"{_API}{_MODELS}compare/", get=VERSIONS_COMPARED)
route(f"{_API}{_MODELS}versions/", get=Exempt.NAMES, post=_ADDED)
route(f"{_API}{_MODEL_VERSION}", get=VERSION_VIEWED, delete=DELETED[ModelVersion])
route(f"{_API}{_MODEL_VERSION}restore/", post=RESTORED[ModelVersion])
route(f"{_API}{_MODEL_VERSION}artifact/", get=_SIGNED_SENT)
route(f"{_API}{_MODEL_VERSION}files/", get=VERSION_VIEWED)
route(f"{_API}{_MODEL_VERSION}files/<path:path>", get=_SIGNED_SENT)
route(f"{_API}{_MODEL_VERSION}archive/", get=_SIGNED_SENT)
route(f"{_API}{_MODEL_VERSION}verify/", post=ARTIFACT_VERIFIED)
route(f"{_API}{_MODEL_VERSION}parameters/", get=PARAMETERS_READ)
route(f"{_API}datasets/", get=Exempt.NAMES, post=DATASET_CREATED)
route(f"{_API}{_DATASETS}", get=DATASET_VIEWED, patch=DESCRIBED, delete=DELETED[Dataset])
route(f"{_API}{_DATASETS}restore/", post=RESTORED[Dataset])
route(f"{_API}{_DATASETS}versions/", get=Exempt.NAMES, post=DATASET_VERSION_ADDED)
route(f"{_API}{_DATASET_VERSION}", get=DATASET_VERSION_VIEWED, delete=DELETED[DatasetVersion])
route(f"{_API}{_DATASET_VERSION}restore/", post=RESTORED[DatasetVersion])
route(f"{_API}{_DATASET_VERSION}artifact/", get=_SENT)
route(f"{_API}{_DATASET_VERSION}verify/", post=ARTIFACT_VERIFIED)

for _label in ("Artifact", "ModelVersion", "DatasetVersion"):
    admin_pages(f"registry.{_label}")
for _label in ("RegisteredModel", "Dataset"):
    admin_pages(f"registry.{_label}", changes=ACCESS_CHANGED)

model(
    "registry.RegisteredModel",
    MODEL_REGISTERED,
    DESCRIBED,
    METRIC_CHOSEN,
    MODEL_CLASSIFIED,
    PURPOSE_CHANGED,
    ACCESS_CHANGED,
    CODE_SET,
    CODE_REMOVED,
    POLICY_CHANGED,
    *(events[RegisteredModel] for events in (DELETED, RESTORED, PURGED)),
)
model("registry.SavedFilter", FILTER_SAVED, FILTER_REMOVED)
model("registry.RegisteredModel_replicate_to", POLICY_CHANGED)
model("registry.ModelVersion", VERSION_ADDED, *(events[ModelVersion] for events in (DELETED, RESTORED, PURGED)))
model("registry.ModelVersionFile", VERSION_ADDED, PURGED[ModelVersion])
model("registry.ModelVersionDataset", VERSION_ADDED, PURGED[ModelVersion])
model(
    "registry.Dataset",
    DATASET_CREATED,
    DESCRIBED,
    ACCESS_CHANGED,
    *(events[Dataset] for events in (DELETED, RESTORED, PURGED)),
)
model(
    "registry.DatasetVersion",
    DATASET_VERSION_ADDED,
    *(events[DatasetVersion] for events in (DELETED, RESTORED, PURGED)),
)
model(
    "registry.Artifact",
    VERSION_ADDED,
    DATASET_VERSION_ADDED,
    VARIANT_MADE,
    VARIANT_UPLOADED,
    ARTIFACT_VERIFIED,
    *PURGED.values(),
)
model(
    "registry.ArtifactCopy",
    VERSION_ADDED,
    DATASET_VERSION_ADDED,
    VARIANT_MADE,
    VARIANT_UPLOADED,
    ARTIFACT_VERIFIED,
    COPY_STORED,
    COPY_FAILED,
    COPY_BAD,
    COPY_REPAIRED,
)
model("registry.RetiredName", PURGED[RegisteredModel], PURGED[Dataset])
