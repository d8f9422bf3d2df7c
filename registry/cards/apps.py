from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "registry.cards"
    label = "cards"
    verbose_name = "Model cards"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        from . import purge  # noqa: F401  says how cards go with their model

        load_modules("card_facts")
