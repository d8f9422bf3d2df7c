"""What kind of deployment this process belongs to; read before any setting."""

import os

from django.core.exceptions import ImproperlyConfigured

from modelops.embedded.locate import environment
from modelops.lib import env

# A checkout that was set up by `make run` finds its own PostgreSQL, Valkey and keys; anything that is set wins.
if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
    if "DATABASE_URL" not in os.environ and "REDIS_URL" not in os.environ:
        os.environ.setdefault("MODELOPS_ENV", "development")
    for _name, _value in environment().items():
        if _name.removesuffix("_FILE") not in os.environ:
            os.environ.setdefault(_name, _value)

MODELOPS_ENV = env.text("MODELOPS_ENV", "production")
if MODELOPS_ENV not in {"production", "development", "test"}:
    raise ImproperlyConfigured(f"MODELOPS_ENV is {MODELOPS_ENV!r}; use production, development or test.")
PRODUCTION = MODELOPS_ENV == "production"
