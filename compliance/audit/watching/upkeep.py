"""After each migration: triggers and grants are as they are declared."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, transaction

from . import grants, triggers


def after_last_app(app_config: AppConfig, using: str, **kwargs: Any) -> None:
    """Signal handler: acts once a migration, when the last app that has models is done."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if app_config != last or "audit_watching_pending" not in connections[using].introspection.table_names():
        return
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        triggers.install(cursor)
        grants.apply(cursor)
