from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    label = "registry"
    verbose_name = "Model registry"

    def ready(self) -> None:
        from .artifacts import checks  # noqa: F401  registers the system checks
