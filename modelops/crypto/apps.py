from django.apps import AppConfig


class CryptoConfig(AppConfig):
    name = "modelops.crypto"
    label = "crypto"
    verbose_name = "Keys"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        from . import checks  # noqa: F401  registers the system checks

        load_modules("sealed_data")
