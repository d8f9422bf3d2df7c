"""Deployment checks of storage locations."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError

from .environment import foreign_bucket
from .models import StorageLocation


@register(deploy=True)
def buckets_of_this_environment(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Each enabled location whose bucket is named for another environment. Without a database nothing is known."""
    try:
        locations = list(StorageLocation.objects.filter(is_enabled=True))
    except DatabaseError:
        return []
    return [
        Error(
            f"Storage location {location}: {wrong}",
            hint="Use a bucket of this environment, or correct MODELOPS_ENVIRONMENT_LABEL.",
            id="modelops.E040",
        )
        for location in locations
        if (wrong := foreign_bucket(location.kind, location.options))
    ]
