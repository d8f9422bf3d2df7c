from django.apps import AppConfig


class EscrowConfig(AppConfig):
    name = "compliance.escrow"
    label = "escrow"
    verbose_name = "Key backups"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        load_modules("drill_samples")
