from django.apps import AppConfig


class SchemasConfig(AppConfig):
    name = "registry.schemas"
    label = "schemas"
    verbose_name = "Dataset schemas"
