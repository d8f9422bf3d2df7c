"""``check --deploy``: whether the role that the portal works as could change the ledger."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from .powers import powers


@register(Tags.security, deploy=True)
def check_roles(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One error, however much the role may do."""
    try:
        found = powers()
    except DatabaseError:
        return []  # no database yet, or not migrated: other checks say so
    if not found:
        return []
    return [
        Error(
            f"The portal could change its own audit log: {found[0]}.",
            hint="Give it the three roles of docs/howto/deploy.md: DATABASE_URL is for one that owns nothing.",
            id="modelops.E080",
        )
    ]
