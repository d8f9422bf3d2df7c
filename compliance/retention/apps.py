from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "compliance.retention"
    label = "retention"
    verbose_name = "Retention"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        from . import checks  # noqa: F401  registers the system check

        load_modules("lifecycle")
