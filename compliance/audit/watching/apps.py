from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class WatchingConfig(AppConfig):
    name = "compliance.audit.watching"
    label = "audit_watching"
    verbose_name = "Watched tables"

    def ready(self) -> None:
        """Read the declarations, and bring triggers and grants in step with them after each migration."""
        from modelops.lib.plugins import load_modules

        from . import checks, upkeep  # noqa: F401  registers the system check

        load_modules("watched")

        def come_last(**kwargs: Any) -> None:
            # After what other apps do once a migration ends: first rows are set-up and no change of anything.
            post_migrate.disconnect(dispatch_uid="audit_watching")
            post_migrate.connect(upkeep.after_last_app, dispatch_uid="audit_watching", weak=False)

        pre_migrate.connect(come_last, dispatch_uid="audit_watching", weak=False)
        pre_migrate.connect(upkeep.before_first_app, dispatch_uid="audit_watching.before", weak=False)
