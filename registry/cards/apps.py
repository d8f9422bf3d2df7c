from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "registry.cards"
    label = "cards"
    verbose_name = "Model cards"

    def ready(self) -> None:
        from . import purge  # noqa: F401  says how explanations go with their version
