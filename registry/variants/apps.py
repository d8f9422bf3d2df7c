from django.apps import AppConfig


class VariantsConfig(AppConfig):
    name = "registry.variants"
    label = "variants"
    verbose_name = "Variants"

    def ready(self) -> None:
        from . import purge  # noqa: F401  says how variants go with their version
        from .kinds import load_named

        load_named()
