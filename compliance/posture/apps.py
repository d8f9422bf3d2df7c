from django.apps import AppConfig


class PostureConfig(AppConfig):
    name = "compliance.posture"
    label = "posture"
    verbose_name = "Posture"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        load_modules("posture_of")
