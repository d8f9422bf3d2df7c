import sys

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "compliance.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from modelops.crypto.decisions import on_transition
        from modelops.lib.plugins import load_modules

        from .context import begin_via, via_of_command
        from .key_listener import record_transition

        if via := via_of_command(sys.argv):
            begin_via(via)
        load_modules("audit_events")
        on_transition(record_transition)
