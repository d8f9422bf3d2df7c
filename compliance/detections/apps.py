from django.apps import AppConfig


class DetectionsConfig(AppConfig):
    name = "compliance.detections"
    label = "detections"
    verbose_name = "Detections"

    def ready(self) -> None:
        from . import detectors  # noqa: F401  registers every detector
