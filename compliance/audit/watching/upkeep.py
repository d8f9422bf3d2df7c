"""After each migration: triggers and grants are as they are declared. Before: they are as any table needs them."""

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


def before_first_app(app_config: AppConfig, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Signal handler: acts once a migration that has something to do, before it begins."""
    first = next(config for config in apps.get_app_configs() if config.models_module is not None)
    if app_config != first or not plan:
        return
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('audit_watch_rows()')")
        if cursor.fetchone()[0] is not None:
            triggers.know_no_table(cursor)
