from django.apps import AppConfig


class AliasesConfig(AppConfig):
    name = "registry.aliases"
    label = "aliases"
    verbose_name = "Aliases"

    def ready(self) -> None:
        from modelops.lib.plugins import load_modules

        load_modules("gates")
