from django.apps import AppConfig


class SeriesConfig(AppConfig):
    """Metrics over time: of trainings by step, of deployed models and their machines by the clock."""

    name = "monitoring.series"
    label = "series"
    verbose_name = "Metric series"

    def ready(self) -> None:
        from . import purge  # noqa: F401  says how series go with their model
