from django.apps import AppConfig


class ExternalConfig(AppConfig):
    name = "registry.external"
    label = "external"
    verbose_name = "External records"
