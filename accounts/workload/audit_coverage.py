"""Which event tells of trusted issuers, their rules, and exchanged tokens."""

from compliance.audit.coverage import Exempt, model, route

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

model("workload.TrustedIssuer", ISSUER_ADDED, ISSUER_CHANGED)
model("workload.ExchangeRule", RULE_ADDED, RULE_CHANGED)
model("workload.ExchangedToken", TOKEN_EXCHANGED, TOKEN_USED, TOKEN_REVOKED)
model("workload.UsedJobToken", exempt=Exempt.WORKING_MEMORY)
