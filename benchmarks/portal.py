"""A portal's database for benchmarks that need one: throw-away servers, migrated, with keys, gone with the process."""

import atexit
import base64
import os
import secrets
import sys
import tempfile
from functools import lru_cache


@lru_cache(maxsize=1)
def start() -> None:
    """Start PostgreSQL and Valkey with full durability and set Django up on them; once a process."""
    if "modelops.settings" in sys.modules:
        raise RuntimeError("Settings are read already, on servers that are not the benchmark's own.")
    from modelops.embedded import throwaway

    pair = throwaway.start(durable=True, migrated=True)
    atexit.register(pair.remove)
    home = tempfile.TemporaryDirectory(prefix="mo-bench-")
    atexit.register(home.cleanup)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
        "DATABASE_URL": pair.owner_url,
        "REDIS_URL": pair.redis_url(),
        "MODELOPS_HOME": home.name,
        "MODELOPS_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    # What another portal's shell names: with it, migrations would go to that portal's database.
    theirs = ("MODELOPS_OWNER_DATABASE_URL", "MODELOPS_SEALER_DATABASE_URL", "MODELOPS_PART")
    for name in ("SECRET_KEY_FILE", "MODELOPS_ROOT_KEY_FILE", "CELERY_BROKER_URL", *theirs):
        os.environ.pop(name, None)
    # Whoever measures asks faster than anybody may.
    for part in (
        "API_READ",
        "API_WRITE",
        "UPLOAD",
        "PAGE_READ",
        "PAGE_WRITE",
        "EXPORT",
        "SIGN_IN",
        "MLFLOW",
        "NETWORK",
    ):
        os.environ[f"MODELOPS_THROTTLE_{part}"] = "1000000/1000000"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from modelops.crypto.services import create_first_keys

    create_first_keys()
