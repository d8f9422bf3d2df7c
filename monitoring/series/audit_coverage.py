"""Which event tells of metric series."""

from compliance.audit.coverage import Exempt, model, route

from .audit_events import METRICS_VIEWED, POINTS_RECEIVED

route("api/v1/metrics/", get=Exempt.NAMES, post=POINTS_RECEIVED)
route("api/v1/metrics/<int:number>/", get=Exempt.NAMES)
route("models/<object_name:name>/metrics/", get=METRICS_VIEWED)

model("series.Series", POINTS_RECEIVED)
model("series.Point", POINTS_RECEIVED)
