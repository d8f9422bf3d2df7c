from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "compliance.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from modelops.crypto.decisions import on_transition
        from modelops.lib.plugins import load_modules

        from .key_listener import record_transition

        load_modules("audit_events")
        on_transition(record_transition)
