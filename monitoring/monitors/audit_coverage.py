"""Which event tells of drift monitors."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from monitoring.drift.audit_events import RUN_COMPLETED, RUN_REQUESTED, RUN_VIEWED

from .audit_events import (
    DRIFT_ACCEPTED,
    EDGES_PUBLISHED,
    MONITOR_CREATED,
    MONITOR_PAUSED,
    MONITOR_RESUMED,
    MONITOR_VIEWED,
    POLICY_CHANGED,
    PROFILE_MADE,
)

route("api/v1/monitors/", get=Exempt.NAMES, post=MONITOR_CREATED)
route("api/v1/monitors/<uuid:pk>/", get=MONITOR_VIEWED)
route("api/v1/monitors/<uuid:pk>/runs/", post=RUN_REQUESTED)
route("api/v1/monitors/<uuid:pk>/pause/", post=MONITOR_PAUSED)
route("api/v1/monitors/<uuid:pk>/resume/", post=MONITOR_RESUMED)
route("api/v1/monitors/<uuid:pk>/policy/", get=MONITOR_VIEWED, post=POLICY_CHANGED)
route("api/v1/monitors/<uuid:pk>/accepted/", post=DRIFT_ACCEPTED)

route("api/v1/monitors/<uuid:pk>/sketch/", get=EDGES_PUBLISHED)
route("drift/monitors/", get=Exempt.NAMES)
route("drift/monitors/new/", get=Exempt.FORM, post=MONITOR_CREATED)
route("drift/monitors/<uuid:pk>/", get=MONITOR_VIEWED)
route("drift/monitors/<uuid:pk>/run/", post=RUN_REQUESTED)
route("drift/monitors/<uuid:pk>/policy/", get=MONITOR_VIEWED, post=POLICY_CHANGED)
route("drift/monitors/<uuid:pk>/pause/", post=MONITOR_PAUSED)
route("drift/monitors/<uuid:pk>/resume/", post=MONITOR_RESUMED)
route("drift/monitors/<uuid:pk>/accept/", post=DRIFT_ACCEPTED)
route("drift/<uuid:run_id>/report/", get=RUN_VIEWED)
route("api/v1/sketch-client/", get=Exempt.INTERFACE)

admin_pages("monitors.DriftMonitor")
admin_pages("monitors.AcceptedDrift")

model("monitors.ReferenceProfile", PROFILE_MADE)
model("monitors.ProfileColumn", PROFILE_MADE)
model("monitors.DriftMonitor", MONITOR_CREATED, MONITOR_PAUSED, MONITOR_RESUMED)
model("monitors.MonitorPolicy", MONITOR_CREATED, POLICY_CHANGED)
model("monitors.AcceptedDrift", DRIFT_ACCEPTED)
model("monitors.MonitorRun", RUN_REQUESTED)
model("monitors.RunSegment", RUN_COMPLETED)
