"""Which event tells of predictions."""

from compliance.audit.coverage import Exempt, model, route

from .audit_events import (
    BATCH_RECEIVED,
    GROUPS_CHANGED,
    LABELS_RECEIVED,
    LABELS_SET_ASIDE,
    PERFORMANCE_VIEWED,
    ROWS_SET_ASIDE,
    SCHEMA_CHANGED,
)

route("api/v1/predictions/", get=Exempt.NAMES, post=BATCH_RECEIVED)
route("api/v1/ground-truth/", get=Exempt.NAMES, post=LABELS_RECEIVED)
route("api/v1/models/<object_name:name>/versions/<int:number>/feature-schema/", get=Exempt.NAMES, put=SCHEMA_CHANGED)
route("api/v1/models/<object_name:name>/group-policy/", get=Exempt.NAMES, put=GROUPS_CHANGED)
route("api/v1/models/<object_name:name>/performance/", get=PERFORMANCE_VIEWED)
route("models/<object_name:name>/performance/", get=PERFORMANCE_VIEWED)

model("predictions.PredictionBatch", BATCH_RECEIVED, LABELS_RECEIVED, ROWS_SET_ASIDE, LABELS_SET_ASIDE)
model("predictions.FeatureBlock", BATCH_RECEIVED)
model("predictions.Prediction", BATCH_RECEIVED)
model("predictions.GroundTruth", LABELS_RECEIVED)
model("predictions.Stream", BATCH_RECEIVED)
model("predictions.Window", exempt=Exempt.PROGRESS)
model("predictions.FeatureSchema", SCHEMA_CHANGED)
model("predictions.GroupPolicy", GROUPS_CHANGED)
