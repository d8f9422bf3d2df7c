"""Which event tells of retention."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    CHANGE_APPROVED,
    CHANGE_ASKED,
    CHANGE_WITHDRAWN,
    POLICY_HELD,
    POLICY_INSTALLED,
    RUN_ASKED,
    RUN_FINISHED,
)

_ADMIN, _API = "admin/retention/", "api/v1/"

admin_pages("retention.RetentionPolicy", opened=Exempt.NAMES)
admin_pages("retention.PolicyChange", opened=Exempt.NAMES)
admin_pages("retention.RetentionRun", opened=Exempt.FIGURES, adds=RUN_ASKED)
route(f"{_ADMIN}retentionpolicy/<uuid:pk>/ask/", post=CHANGE_ASKED)
route(f"{_ADMIN}retentionpolicy/<uuid:pk>/hold/", post=POLICY_HELD)
route(f"{_ADMIN}policychange/<uuid:pk>/approve/", post=CHANGE_APPROVED)
route(f"{_ADMIN}policychange/<uuid:pk>/withdraw/", post=CHANGE_WITHDRAWN)

route(f"{_API}retention-policies/", get=Exempt.NAMES)
route(f"{_API}retention-policies/<slug:data_class>/preview/", get=Exempt.FIGURES)
route(f"{_API}retention-policies/<slug:data_class>/changes/", post=CHANGE_ASKED)
route(f"{_API}retention-changes/<uuid:change_id>/approve/", post=CHANGE_APPROVED)
route(f"{_API}retention-changes/<uuid:change_id>/withdraw/", post=CHANGE_WITHDRAWN)
route(f"{_API}retention-runs/", get=Exempt.FIGURES, post=RUN_ASKED)

model("retention.RetentionPolicy", POLICY_INSTALLED, CHANGE_APPROVED, POLICY_HELD)
model("retention.PolicyChange", CHANGE_ASKED, CHANGE_APPROVED, CHANGE_WITHDRAWN)
model("retention.RetentionRun", RUN_ASKED, RUN_FINISHED)
