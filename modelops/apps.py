from django.apps import AppConfig

from modelops.lib import garbage


class PortalConfig(AppConfig):
    name = "modelops"
    label = "modelops"
    verbose_name = "ModelOps portal"

    def ready(self) -> None:
        from . import (
            always_on,  # noqa: F401  registers the system checks
            celery,  # noqa: F401  every process of the portal knows the Celery app
            deploy_checks,  # noqa: F401  registers the system checks
        )
        from .web import checks  # noqa: F401  registers the system checks

        garbage.resume()
