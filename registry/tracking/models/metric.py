"""What a run measured: every value, and the last of each name."""

from django.db import models

from modelops.lib.ids import uuid7

from .run import Run


class Metric(models.Model):
    """One measured value; NaN and the infinities are values too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    key = models.CharField(max_length=250)
    value = models.FloatField()
    step = models.BigIntegerField(default=0)
    measured_ms = models.BigIntegerField()
    logged_model = models.ForeignKey(
        "tracking.LoggedModel", null=True, blank=True, on_delete=models.CASCADE, related_name="metrics"
    )
    dataset_name = models.CharField(max_length=500, blank=True, default="")
    dataset_digest = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["measured_ms", "step", "id"]
        constraints = [
            # Also the index of a metric's history. A value can be about several models, and measured on several
            # datasets, at the same step.
            models.UniqueConstraint(
                fields=[
                    "run",
                    "key",
                    "measured_ms",
                    "step",
                    "value",
                    "logged_model",
                    "dataset_name",
                    "dataset_digest",
                ],
                nulls_distinct=False,
                name="tracking_metric_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} at step {self.step}"


class LatestMetric(models.Model):
    """The value of the highest step, and of the latest time within it: what lists and searches look at."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="latest_metrics")
    key = models.CharField(max_length=250)
    value = models.FloatField()
    step = models.BigIntegerField(default=0)
    measured_ms = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="tracking_latest_once")]
        indexes = [models.Index(fields=["key", "value"], name="tracking_latest_value")]

    def __str__(self) -> str:
        return self.key
