from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "registry.grants"
    label = "grants"
    verbose_name = "Access to models and datasets"
