from django.apps import AppConfig


class MonitorsConfig(AppConfig):
    """Drift monitors: which data is compared with which reference, how often, and what counts as drift."""

    name = "monitoring.monitors"
    label = "monitors"
    verbose_name = "Drift monitors"

    def ready(self) -> None:
        from . import (
            effect_series,  # noqa: F401  registers the series of features for alert rules
            profiles,  # noqa: F401  hears of files that were written anew
        )
