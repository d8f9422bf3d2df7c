"""What the ledger records about deployment endpoints."""

from compliance.audit import define

ENDPOINT_ADDED = define(
    "endpoints.endpoint.added",
    "recorded the deployment endpoint {endpoint} of {model}",
    "endpoint", "model",
    category="security", ocsf="entity.create",
)  # fmt: skip
ENDPOINT_CHANGED = define(
    "endpoints.endpoint.changed",
    "changed the deployment endpoint {endpoint} of {model}: {fields}",
    "endpoint", "model", "fields",
    category="security", ocsf="entity.update",
)  # fmt: skip
ENDPOINT_REMOVED = define(
    "endpoints.endpoint.removed",
    "removed the deployment endpoint {endpoint} of {model}",
    "endpoint", "model",
    category="security", ocsf="entity.delete",
)  # fmt: skip
ENDPOINT_PROBED = define(
    "endpoints.endpoint.probed",
    "looked at the deployment endpoint {endpoint} of {model} without a credential: {found}",
    "endpoint", "model", "found",
    category="security", ocsf="entity.read",
)  # fmt: skip
