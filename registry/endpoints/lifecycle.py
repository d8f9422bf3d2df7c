"""How long records of deployment endpoints are kept."""

from compliance.retention import keep

keep(
    "endpoints.endpoints",
    "Deployment endpoints",
    "Kept until somebody removes them, or their model is deleted for good.",
    "endpoints.DeploymentEndpoint",
)
