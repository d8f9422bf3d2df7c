"""The posture is counts over everything: looking at it opens nothing."""

from compliance.audit.coverage import Exempt, model, route

from .audit_events import SNAPSHOT_GIVEN, SNAPSHOT_KEPT

route("api/v1/posture/", get=Exempt.FIGURES)
route("api/v1/posture/models/<str:name>/", get=Exempt.NAMES)
route("api/v1/posture/pipelines/<str:name>/", get=Exempt.NAMES)
route("posture/models/<str:name>/", get=Exempt.NAMES)
route("posture/pipelines/<str:name>/", get=Exempt.NAMES)
model("posture.OpenFinding", exempt=Exempt.WORKING_MEMORY)
model("posture.DayScore", exempt=Exempt.WORKING_MEMORY)
model("posture.PostureSnapshot", SNAPSHOT_KEPT)
route("admin/posture/snapshots/<str:month>/", get=SNAPSHOT_GIVEN)
model("posture.DeployCheck", exempt=Exempt.WORKING_MEMORY)
