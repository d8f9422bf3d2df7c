from django.apps import AppConfig


class LocationsConfig(AppConfig):
    name = "registry.locations"
    label = "locations"
    verbose_name = "Storage locations"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers them
