from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "registry.scanning"
    label = "scanning"
    verbose_name = "Scanning"
