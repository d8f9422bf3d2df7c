from django.apps import AppConfig


class PredictionsConfig(AppConfig):
    """What deployed models said, what turned out to be true, and what follows from both."""

    name = "monitoring.predictions"
    label = "predictions"
    verbose_name = "Predictions"

    def ready(self) -> None:
        from . import purge  # noqa: F401  says how predictions go with their model
