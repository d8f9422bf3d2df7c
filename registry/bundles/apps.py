from django.apps import AppConfig


class BundlesConfig(AppConfig):
    name = "registry.bundles"
    label = "bundles"
    verbose_name = "Bundles"
