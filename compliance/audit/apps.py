from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "compliance.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from modelops.crypto.models import KeyVersion
        from modelops.crypto.services import on_transition
        from modelops.lib.plugins import load_modules

        from .actor import Actor
        from .audit_events import KEY_ACTIVATED
        from .ledger import record

        load_modules("audit_events")

        def record_key(key: KeyVersion, transition: str) -> None:
            events = {"activated": KEY_ACTIVATED}
            record(events[transition], key, actor=Actor.system("keys"), purpose=key.purpose, version=key.version)

        on_transition(record_key)
