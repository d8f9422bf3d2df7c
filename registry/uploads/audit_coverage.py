"""Which event tells of uploads in progress. The version that comes of one has its own row."""

from compliance.audit.coverage import Exempt, model, route

from .audit_events import UPLOAD_BEGUN, UPLOAD_CANCELLED

route("api/v1/uploads/", get=Exempt.OWN, post=UPLOAD_BEGUN)
route("api/v1/uploads/<uuid:upload_id>/", get=Exempt.OWN, patch=Exempt.PROGRESS, delete=UPLOAD_CANCELLED)

model("uploads.UploadSession", UPLOAD_BEGUN, UPLOAD_CANCELLED)
model("uploads.UploadPart", exempt=Exempt.WORKING_MEMORY)
