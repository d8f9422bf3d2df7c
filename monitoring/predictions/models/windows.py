"""An hour of a stream in figures."""

from django.db import models

from monitoring.predictions.querysets import WindowQuerySet

from .streams import Stream


class Window(models.Model):
    """The hour from ``starts_at``. All figures are sums, so that hours add up to longer windows.

    They are computed anew from the rows whenever a row or a label of the hour arrived (``is_stale``); see
    `figures.Figures` for what ``figures`` holds.
    """

    id = models.BigAutoField(primary_key=True)
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField()
    is_stale = models.BooleanField(default=True)
    figures = models.JSONField(default=dict)
    computed_at = models.DateTimeField(null=True)

    objects = WindowQuerySet.as_manager()

    class Meta:
        ordering = ["stream", "starts_at"]
        constraints = [models.UniqueConstraint(fields=["stream", "starts_at"], name="predictions_window_once")]
        indexes = [models.Index(fields=["id"], condition=models.Q(is_stale=True), name="predictions_window_stale")]

    def __str__(self) -> str:
        return f"{self.stream} {self.starts_at:%Y-%m-%d %H:00}"
