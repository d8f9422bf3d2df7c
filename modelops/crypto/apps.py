from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CryptoConfig(AppConfig):
    name = "modelops.crypto"
    label = "crypto"
    verbose_name = "Keys"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        from . import checks, classified  # noqa: F401  register the system checks
        from .providers import checks as provider_checks  # noqa: F401
        from .session_keys import attach

        connection_created.connect(attach, dispatch_uid="modelops.crypto.session_keys")
        load_modules("sealed_data")
        post_migrate.connect(_index_marks)


def _index_marks(app_config: AppConfig, **kwargs: object) -> None:
    """After the last app's signal every table is there."""
    from .marks import ensure_indexes

    if app_config is [config for config in apps.get_app_configs() if config.models_module is not None][-1]:
        ensure_indexes()
