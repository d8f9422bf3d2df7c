"""Which event tells of the portal's own pages, and why the framework's tables have none."""

from compliance.audit.coverage import Exempt, model, route
from compliance.escrow.audit_events import CONFIGURATION_EXPORTED

route("health/live", get=Exempt.HEALTH)
route("health/ready", get=Exempt.HEALTH)
route("metrics", get=Exempt.HEALTH, post=Exempt.SAME_AS_GET)
route("reports/content", post=Exempt.WORKING_MEMORY)
route("robots.txt", get=Exempt.INTERFACE)
route(".well-known/security.txt", get=Exempt.INTERFACE)
route("api/schema/", get=Exempt.INTERFACE)
route("api/docs/", get=Exempt.INTERFACE)
route("admin/system/", get=Exempt.HEALTH, post=Exempt.SAME_AS_GET)
route("admin/configuration.json", get=CONFIGURATION_EXPORTED, post=CONFIGURATION_EXPORTED)
route("admin/help/<slug:page>/", get=Exempt.INTERFACE, post=Exempt.SAME_AS_GET)
route("admin/posture/", get=Exempt.FIGURES, post=Exempt.SAME_AS_GET)
route("admin/", get=Exempt.FIGURES, post=Exempt.SAME_AS_GET)
route("admin/<app_label>/", get=Exempt.INTERFACE, post=Exempt.SAME_AS_GET)
route("admin/jsi18n/", get=Exempt.INTERFACE, post=Exempt.SAME_AS_GET)
route("admin/autocomplete/", get=Exempt.REFUSED, post=Exempt.REFUSED)
for _way in ("login", "logout", "password_change", "password_change/done"):
    route(f"admin/{_way}/", get=Exempt.REDIRECT, post=Exempt.REDIRECT)
route("admin/r/<path:content_type_id>/<path:object_id>/", get=Exempt.REDIRECT, post=Exempt.REDIRECT)
route("admin/(?P<url>.*)$", get=Exempt.REDIRECT, post=Exempt.REDIRECT)

model("admin.LogEntry", exempt=Exempt.UNUSED)
model("auth.Permission", exempt=Exempt.REFERENCE)
model("auth.Group", exempt=Exempt.REFERENCE)
model("contenttypes.ContentType", exempt=Exempt.REFERENCE)
model("rest.StoredAnswer", exempt=Exempt.WORKING_MEMORY)
model("rest.LimitedRequests", exempt=Exempt.WORKING_MEMORY)
model("throttling.Pace", exempt=Exempt.WORKING_MEMORY)
