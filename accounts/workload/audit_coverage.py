"""Which event tells of trusted issuers, their rules, and exchanged tokens."""

from compliance.audit.audit_events import ADMIN_LIST_VIEWED
from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    ISSUER_ADDED,
    ISSUER_CHANGED,
    RULE_ADDED,
    RULE_CHANGED,
    TOKEN_EXCHANGED,
    TOKEN_REVOKED,
    TOKEN_USED,
)

route("api/v1/auth/token-exchange/", post=TOKEN_EXCHANGED)
admin_pages("workload.TrustedIssuer", listed=ADMIN_LIST_VIEWED, listing_acts=ISSUER_CHANGED, adds=ISSUER_ADDED)
admin_pages("workload.ExchangeRule", listed=ADMIN_LIST_VIEWED, listing_acts=RULE_CHANGED, adds=RULE_ADDED)
admin_pages("workload.ExchangedToken", listed=ADMIN_LIST_VIEWED, listing_acts=TOKEN_REVOKED)

route("admin/workload/trustedissuer/<uuid:pk>/edit/", get=Exempt.FORM, post=ISSUER_CHANGED)
route("admin/workload/exchangerule/<uuid:pk>/edit/", get=Exempt.FORM, post=RULE_CHANGED)

model("workload.TrustedIssuer", ISSUER_ADDED, ISSUER_CHANGED)
model("workload.ExchangeRule", RULE_ADDED, RULE_CHANGED)
model("workload.ExchangedToken", TOKEN_EXCHANGED, TOKEN_USED, TOKEN_REVOKED)
model("workload.UsedJobToken", exempt=Exempt.WORKING_MEMORY)
