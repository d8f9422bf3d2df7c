from django.apps import AppConfig


class StreamingConfig(AppConfig):
    name = "compliance.audit.streaming"
    label = "audit_streaming"
    verbose_name = "Audit streams"

    def ready(self) -> None:
        from . import sinks  # noqa: F401  registers the kinds
