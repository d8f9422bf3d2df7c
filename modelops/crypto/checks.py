"""System checks: settings under which keys would reach a place where they must not be."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def check_binding(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Keys travel to PostgreSQL as parameters; with client-side binding they would stand in the SQL text."""
    found: list[CheckMessage] = []
    databases: dict[str, Any] = settings.DATABASES
    for alias, database in databases.items():
        if not database.get("OPTIONS", {}).get("server_side_binding"):
            found.append(
                Error(
                    f"The database {alias!r} binds parameters on the client, so column keys would stand in its SQL.",
                    hint='Set OPTIONS={"server_side_binding": True}.',
                    id="modelops.E001",
                )
            )
    return found
