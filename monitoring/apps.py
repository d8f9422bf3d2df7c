"""The monitoring app: drift of data, and alerts that reach people."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Runs that compare data, and alerts with their channels and deliveries."""

    name = "monitoring"
    label = "monitoring"
    verbose_name = "Monitoring"
