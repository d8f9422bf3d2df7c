"""The key that signs checkpoints is for the sealer: whoever takes over another process must not find it there."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from modelops.embedded.parts import SEALER_ONLY

_MEANT_FOR = "sealer"
_HINT = "Set it for the process of manage.py seal_audit_log only, which runs under an account of its own."


def present() -> list[str]:
    """The sealer's variables that this process was started with."""
    return [name for name in SEALER_ONLY if os.environ.get(name)]


def refuse_sealer_secrets() -> None:
    """Raise ImproperlyConfigured in a web server or worker of production that was given what is the sealer's."""
    if settings.PRODUCTION and (found := present()):
        raise ImproperlyConfigured(f"{found[0]} is set in the environment of the web server or a worker. {_HINT}")


@register(Tags.security, deploy=True)
def check_separation(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The same before a deployment, in the environment that the web server will have."""
    if os.environ.get("MODELOPS_PART") == _MEANT_FOR:
        return []
    return [
        Error(f"{name} is set where the web server and workers would read it.", hint=_HINT, id="modelops.E070")
        for name in present()
    ]
