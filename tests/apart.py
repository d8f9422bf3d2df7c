"""A process of the portal beside the test, on servers of its own: what it finds in its environment."""

import base64
import os
import secrets
from pathlib import Path

from modelops.embedded import throwaway


def environment(pair: throwaway.ThrowAway, home: Path, **more: str) -> dict[str, str]:
    """For a part that keeps its files in ``home``, under keys that nobody else has."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
        "DATABASE_URL": pair.owner_url,
        "REDIS_URL": pair.redis_url(),
        "MODELOPS_HOME": str(home),
        "MODELOPS_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        **more,
    }
