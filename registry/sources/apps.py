from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "registry.sources"
    label = "sources"
    verbose_name = "Data sources"
