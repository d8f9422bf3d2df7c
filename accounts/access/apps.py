"""App configuration."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Named actions, the state of roles, break-glass."""

    name = "accounts.access"
    label = "access"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Widen actions from the first request on."""
        from . import actions, checks  # noqa: F401  the check registers itself

        actions.declare()
