"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Users, second factors, sessions, roles, API keys and tokens."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the roles' permissions in step with the table in roles.py after each migration."""
        from . import roles

        post_migrate.connect(roles.sync_after_last_app, dispatch_uid="accounts.roles")
