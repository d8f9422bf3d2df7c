from django.apps import AppConfig


class CryptoConfig(AppConfig):
    name = "modelops.crypto"
    label = "crypto"
    verbose_name = "Keys"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the system checks
