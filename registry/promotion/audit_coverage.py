"""Which event tells of promotions."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.aliases.audit_events import ALIAS_SET
from registry.audit_events import MODEL_VIEWED, VERSION_VIEWED

from .audit_events import (
    APPROVED,
    EXECUTED,
    EXPIRED,
    OUTDATED,
    OVERRIDES_READ,
    POLICY_SET,
    REJECTED,
    REQUESTED,
    VIEWED,
    WITHDRAWN,
)

_MODEL = "models/<object_name:name>/"
_ONE = "promotions/<uuid:pk>/"
_API = "api/v1/"
_API_ONE = f"{_API}promotions/<uuid:promotion_id>/"
# The last word also moves the alias.
_APPROVING = (APPROVED, EXECUTED, ALIAS_SET)

route("promotions/", get=Exempt.NAMES)
route("promotions/overrides/", get=OVERRIDES_READ)
route("promotions/overrides.csv", get=OVERRIDES_READ)
route(_ONE, get=VIEWED)
route(f"{_ONE}approve/", post=_APPROVING)
route(f"{_ONE}reject/", post=REJECTED)
route(f"{_ONE}withdraw/", post=WITHDRAWN)
route(f"{_MODEL}versions/<int:number>/promote/", get=Exempt.FORM, post=REQUESTED)
route(f"{_MODEL}promote-best/", get=MODEL_VIEWED)
route(f"{_MODEL}promotion-policy/", get=MODEL_VIEWED)
route(f"{_MODEL}promotion-policy/edit/", get=Exempt.FORM, post=POLICY_SET)
route(f"{_API}{_MODEL}promotions/", get=Exempt.NAMES, post=REQUESTED)
route(f"{_API}{_MODEL}promotions/best/", get=VERSION_VIEWED)
route(f"{_API}{_MODEL}promotion-policy/", get=MODEL_VIEWED, put=POLICY_SET)
route(f"{_API}promotions/", get=Exempt.NAMES)
route(f"{_API}promotions/overrides/", get=OVERRIDES_READ)
route(_API_ONE, get=VIEWED)
route(f"{_API_ONE}approve/", post=_APPROVING)
route(f"{_API_ONE}reject/", post=REJECTED)
route(f"{_API_ONE}withdraw/", post=WITHDRAWN)
admin_pages("promotion.Promotion", adds=REQUESTED)
route("admin/promotion/promotion/<uuid:pk>/decide/", get=Exempt.FORM, post=_APPROVING)
admin_pages("promotion.PromotionApproval")
admin_pages("promotion.PromotionPolicy", adds=POLICY_SET)

model("promotion.Promotion", REQUESTED, EXECUTED, REJECTED, WITHDRAWN, EXPIRED, OUTDATED)
model("promotion.PromotionApproval", APPROVED)
model("promotion.PromotionPolicy", POLICY_SET)
