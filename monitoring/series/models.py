"""A metric over time: the series, and its points."""

from django.db import models

from registry.models import ModelVersion, RegisteredModel
from registry.querysets import VisibleQuerySet


class SeriesQuerySet(VisibleQuerySet):
    view_permission = "series.view_series"
    decided_by = (("model", "model"),)


class Series(models.Model):
    """One metric of a model: of a version or of a run that trains one, and of a segment of what it sees.

    ``direction`` is "minimise", "maximise" or empty where nobody knows. The newest point by time stands in the series
    itself, so that lists and /metrics read no points.
    """

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="metric_series")
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.CASCADE, related_name="metric_series")
    run = models.CharField(max_length=250, default="", help_text="The training run, empty for a deployed version.")
    name = models.CharField(max_length=100)
    segment = models.CharField(max_length=100, default="")
    unit = models.CharField(max_length=20, default="")
    direction = models.CharField(max_length=8, default="")
    points_count = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(null=True)
    last_value = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["model", "name", "segment"]
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(
                fields=["model", "version", "run", "name", "segment"], name="series_once", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["version", "last_at"], name="series_newest")]

    def __str__(self) -> str:
        return f"{self.model.name}: {self.name}" + (f" ({self.segment})" if self.segment else "")


class Point(models.Model):
    """One value. ``step`` is the step or epoch of a training, 0 where only the clock counts."""

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="points")
    at = models.DateTimeField()
    step = models.BigIntegerField(default=0)
    value = models.FloatField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["series", "at", "step"]
        constraints = [models.UniqueConstraint(fields=["series", "at", "step"], name="series_point_once")]

    def __str__(self) -> str:
        return f"{self.value:g}"
