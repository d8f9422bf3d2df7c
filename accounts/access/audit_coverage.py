"""Which event tells of roles and of uses of superusers."""

from compliance.audit.audit_events import ADMIN_LIST_VIEWED
from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import EMERGENCY_BEGUN, EMERGENCY_ENDED, ROLE_PERMISSIONS_CHANGED

route("account/emergency/", get=Exempt.FORM, post=EMERGENCY_BEGUN)
route("admin/auth/group/<int:pk>/permissions/", post=ROLE_PERMISSIONS_CHANGED)
route("admin/auth/group/<int:pk>/restore/", post=ROLE_PERMISSIONS_CHANGED)
admin_pages("auth.Group")
model("auth.Group_permissions", ROLE_PERMISSIONS_CHANGED)
admin_pages("access.Emergency", listed=ADMIN_LIST_VIEWED, strict=True)
model("access.RoleState", exempt=Exempt.REFERENCE)
model("access.Emergency", EMERGENCY_BEGUN, EMERGENCY_ENDED)
