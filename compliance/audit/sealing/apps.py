from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "compliance.audit.sealing"
    label = "audit_sealing"
    verbose_name = "Audit seals"

    def ready(self) -> None:
        from . import separation  # noqa: F401  registers the system check
