"""What every page of the portal and the admin needs to know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from compliance.audit.context import current


def portal(request: HttpRequest) -> dict[str, Any]:
    """Name and badge of the environment, and the request's id for error pages."""
    return {
        "environment_label": settings.MODELOPS_ENVIRONMENT_LABEL,
        "is_production": settings.PRODUCTION,
        "request_id": current.get().request_id,
    }
