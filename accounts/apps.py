"""App configuration."""

from collections.abc import Iterable, Mapping

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _names(refs: Iterable[str]) -> Mapping[str, str]:
    from .models import User

    return {str(pk): name for pk, name in User.objects.filter(pk__in=list(refs)).values_list("pk", "username")}


class AccountsConfig(AppConfig):
    """Users, second factors, sessions, roles, API keys and tokens."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the roles in step with roles.py after each migration, and name accounts to readers of the ledger."""
        from compliance.audit.naming import register_names
        from compliance.ledger_desk import second_factor

        from . import role_groups
        from .services.step_up import require_fresh_factor

        post_migrate.connect(role_groups.sync_after_last_app, dispatch_uid="accounts.roles")
        register_names(_names)
        second_factor.asked_by(require_fresh_factor)
