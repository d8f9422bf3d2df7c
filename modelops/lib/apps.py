from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "modelops.lib"
    label = "lib"
    verbose_name = "Foundation"

    def ready(self) -> None:
        from .plugins import load_modules

        load_modules("posture")
