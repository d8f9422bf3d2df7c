"""What the doorway itself tells the ledger."""

from compliance.audit import define

REQUESTS_LIMITED = define(
    "rest.requests.limited",
    "made {count} requests to {route} in one minute ({minute}) that were refused as too many",
    "route",
    "minute",
    "count",
    category="security",
    ocsf="api.other",
)
