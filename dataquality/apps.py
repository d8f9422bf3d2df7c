"""The data quality app."""

from django.apps import AppConfig


class DataQualityConfig(AppConfig):
    """Quality runs over dataset versions."""

    name = "dataquality"
    label = "dataquality"
    verbose_name = "Data quality"
