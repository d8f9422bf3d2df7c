from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "registry.tracking"
    label = "tracking"
    verbose_name = "Experiments and runs"
