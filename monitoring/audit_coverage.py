"""Which event tells of drift runs, alerts and channels."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from modelops.secret_store.audit_events import SECRET_SET, SECRET_USED

from .alerts.audit_events import (
    ALERT_ACKNOWLEDGED,
    ALERT_ESCALATED,
    ALERT_OPENED,
    ALERT_RESOLVED,
    ALERT_VIEWED,
    CHANNEL_CREATED,
    CHANNEL_DISABLED,
    CHANNEL_ENABLED,
    CHANNEL_TESTED,
    CHANNEL_VIEWED,
    DELIVERY_ABANDONED,
    DELIVERY_FAILED,
    DELIVERY_SUCCEEDED,
)
from .drift.audit_events import RUN_COMPLETED, RUN_REQUESTED, RUN_VIEWED

route("", get=Exempt.FIGURES)

route("drift/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("drift/new/", get=Exempt.FORM, post=RUN_REQUESTED)
route("drift/<uuid:run_id>/", get=RUN_VIEWED, post=RUN_VIEWED)
route("api/v1/drift-runs/", get=Exempt.NAMES, post=RUN_REQUESTED)
route("api/v1/drift-runs/<uuid:run_id>/", get=RUN_VIEWED)

route("alerts/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("alerts/<uuid:pk>/", get=ALERT_VIEWED, post=ALERT_VIEWED)
route("alerts/<uuid:pk>/acknowledge/", post=ALERT_ACKNOWLEDGED)
route("alerts/<uuid:pk>/resolve/", post=ALERT_RESOLVED)
route("alerts/channels/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("alerts/channels/new/<slug:kind>/", get=Exempt.FORM, post=(CHANNEL_CREATED, SECRET_SET))
# Address and key of the receiver are secrets, each handed over by a row of its own.
_TESTED = (CHANNEL_TESTED, SECRET_USED)
route("alerts/channels/<uuid:pk>/test/", post=_TESTED)
route("alerts/channels/<uuid:pk>/enable/", post=CHANNEL_ENABLED)
route("alerts/channels/<uuid:pk>/disable/", post=CHANNEL_DISABLED)

route("api/v1/alerts/", get=Exempt.NAMES)
route("api/v1/alerts/<uuid:pk>/", get=ALERT_VIEWED)
route("api/v1/alerts/<uuid:pk>/acknowledge/", post=ALERT_ACKNOWLEDGED)
route("api/v1/alerts/<uuid:pk>/resolve/", post=ALERT_RESOLVED)
route("api/v1/alert-channels/", get=Exempt.NAMES, post=(CHANNEL_CREATED, SECRET_SET))
route("api/v1/alert-channels/<uuid:pk>/", get=CHANNEL_VIEWED)
route("api/v1/alert-channels/<uuid:pk>/test/", post=_TESTED)
route("api/v1/alert-channels/<uuid:pk>/enable/", post=CHANNEL_ENABLED)
route("api/v1/alert-channels/<uuid:pk>/disable/", post=CHANNEL_DISABLED)

for _label in ("Alert", "AlertChannel", "AlertDelivery", "DriftRun", "DriftFeature"):
    admin_pages(f"monitoring.{_label}")

model("monitoring.DriftRun", RUN_REQUESTED, RUN_COMPLETED)
model("monitoring.DriftFeature", RUN_COMPLETED)
model("monitoring.Alert", ALERT_OPENED, ALERT_ESCALATED, ALERT_ACKNOWLEDGED, ALERT_RESOLVED)
model("monitoring.AlertOccurrence", exempt=Exempt.PROGRESS)
model("monitoring.AlertChannel", CHANNEL_CREATED, CHANNEL_ENABLED, CHANNEL_DISABLED)
model("monitoring.ChannelSecret", CHANNEL_CREATED)
model("monitoring.AlertDelivery", ALERT_OPENED, CHANNEL_TESTED, DELIVERY_SUCCEEDED, DELIVERY_FAILED, DELIVERY_ABANDONED)
