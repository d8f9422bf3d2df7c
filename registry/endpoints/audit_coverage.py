"""Which event tells of deployment endpoints."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import ENDPOINT_ADDED, ENDPOINT_CHANGED, ENDPOINT_PROBED, ENDPOINT_REMOVED

route("api/v1/deployment-endpoints/", get=Exempt.NAMES, post=ENDPOINT_ADDED)
route("api/v1/deployment-endpoints/<uuid:pk>/", get=Exempt.NAMES, patch=ENDPOINT_CHANGED, delete=ENDPOINT_REMOVED)
route("api/v1/deployment-endpoints/<uuid:pk>/probe/", post=ENDPOINT_PROBED)
# One of what the list does with chosen rows; it removes them as well.
admin_pages("endpoints.DeploymentEndpoint", listing_acts=ENDPOINT_PROBED, adds=ENDPOINT_ADDED)
route("admin/endpoints/deploymentendpoint/<uuid:pk>/edit/", get=Exempt.FORM, post=ENDPOINT_CHANGED)

model("endpoints.DeploymentEndpoint", ENDPOINT_ADDED)
