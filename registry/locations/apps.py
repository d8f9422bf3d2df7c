from django.apps import AppConfig


class LocationsConfig(AppConfig):
    name = "registry.locations"
    label = "locations"
    verbose_name = "Storage locations"

    def ready(self) -> None:
        from registry.replication import locks  # noqa: F401  a reason why a version has to stay

        from . import checks  # noqa: F401  registers them
