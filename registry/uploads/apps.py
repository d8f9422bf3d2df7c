from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "registry.uploads"
    label = "uploads"
    verbose_name = "Resumable uploads"

    def ready(self) -> None:
        from registry.artifacts.naming import ask_also

        from .parts import files_of_parts

        ask_also(files_of_parts)
