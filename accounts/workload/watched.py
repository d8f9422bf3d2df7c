"""What the database watches of who is trusted to name pipelines."""

from compliance.audit.watching import exempt, watch

watch("workload.TrustedIssuer", "name", "issuer", "audience", "algorithms", "is_active", masked=["pinned_keys"])
watch("workload.ExchangeRule", "issuer", "name", "service", "scopes", "conditions", "lifetime_s", "is_active")
exempt(
    "Written at every exchange; exchanging, using and ending a token have events of their own.",
    "workload.ExchangedToken",
    "workload.UsedJobToken",
)
