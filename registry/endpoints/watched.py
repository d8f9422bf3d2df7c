"""What the database watches of deployment endpoints."""

from compliance.audit.watching import watch

watch(
    "endpoints.DeploymentEndpoint",
    "name", "version_number", "authentication", "is_required", "is_role_based",
    masked=["url"],
)  # fmt: skip
