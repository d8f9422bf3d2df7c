from django.apps import AppConfig


class AuditPersonalConfig(AppConfig):
    name = "compliance.audit.personal"
    label = "audit_personal"
    verbose_name = "Personal data beside the ledger"

    def ready(self) -> None:
        from compliance.audit.beside import register_beside

        from .keeper import Keeper

        register_beside(Keeper())
