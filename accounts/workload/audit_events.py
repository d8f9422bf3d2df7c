"""What the exchange of job tokens tells the ledger. A source is made of the claims that a rule asks for, no others."""

from compliance.audit import define

ISSUER_ADDED = define(
    "workload.issuer.added",
    "trusts {name} to name pipelines",
    "name",
    "issuer",
    "audience",
    category="security",
    ocsf="entity.create",
)
ISSUER_CHANGED = define(
    "workload.issuer.changed",
    "changed {fields} of the trusted issuer {name}",
    "name",
    "fields",
    category="security",
    ocsf="entity.update",
)
RULE_ADDED = define(
    "workload.rule.added",
    "lets jobs of {issuer} that fit {name} act with {scopes}",
    "name",
    "issuer",
    "scopes",
    category="security",
    ocsf="user_access.assign_privileges",
)
RULE_CHANGED = define(
    "workload.rule.changed",
    "changed {fields} of the exchange rule {name}",
    "name",
    "fields",
    category="security",
    ocsf="user_access.assign_privileges",
)
TOKEN_EXCHANGED = define(
    "workload.token.exchanged",
    "exchanged the token of a job ({source}) by the rule {rule} for {seconds} s",
    "rule",
    "source",
    "seconds",
    category="security",
    ocsf="authentication.authentication_ticket",
)
EXCHANGE_REFUSED = define(
    "workload.exchange.refused",
    "the token of a job was refused ({reason})",
    "reason",
    category="security",
    ocsf="authentication.authentication_ticket",
)
TOKEN_USED = define(
    "workload.token.used",
    "used an exchanged token for the first time",
    category="security",
    ocsf="authentication.service_ticket_request",
)
TOKEN_REVOKED = define(
    "workload.token.revoked", "ended an exchanged token", category="security", ocsf="authentication.logoff"
)
