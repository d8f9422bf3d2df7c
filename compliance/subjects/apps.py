"""The app that answers data subjects."""

from django.apps import AppConfig

from modelops.lib.plugins import load_modules


class SubjectsConfig(AppConfig):
    """Finds the providers of all apps once every app is there."""

    name = "compliance.subjects"
    label = "subjects"
    verbose_name = "Data subjects"

    def ready(self) -> None:
        from . import classified_columns  # noqa: F401  registers the system check

        load_modules("personal_data")
