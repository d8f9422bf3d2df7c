"""How the portal is connected to PostgreSQL."""

from typing import Any

from modelops.lib import env


def databases(variable: str) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES`` for the database that the environment variable ``variable`` names."""
    found: dict[str, Any] = env.database(variable, env.text(variable))
    options = {
        **found["OPTIONS"],
        # Parameters must not stand in the SQL text: column keys are parameters.
        "server_side_binding": True,
        # What a connection has asked so often is prepared: PostgreSQL does not read and plan it anew.
        "prepare_threshold": 5,
        "pool": {
            "min_size": 0,
            "max_size": env.integer("MODELOPS_DATABASE_POOL", 8, at_least=1),
            "timeout": 5,
            # The pool waits twice as long after each failure. Once nobody waits any more it begins anew, or a server
            # that was away for minutes would be asked again only minutes after it is back.
            "reconnect_timeout": 5,
        },
    }
    return {
        "default": {
            **found,
            "ENGINE": "modelops.postgresql",
            "OPTIONS": options,
            "CONN_MAX_AGE": 0,
            # Connections that are gone, as after a restart of PostgreSQL, are found where they leave the pool
            # (modelops/postgresql). Without this nobody would look at one that a request has had for long.
            "CONN_HEALTH_CHECKS": True,
        }
    }
