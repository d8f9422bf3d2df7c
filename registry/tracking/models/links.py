"""What went into a run and what came out of it."""

from django.db import models

from modelops.lib.ids import uuid7

from .run import Run


class DatasetInput(models.Model):
    """A dataset that a run was given, as the client described it; ``dataset_version`` where the portal holds it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="dataset_inputs")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=100)
    context = models.CharField(max_length=250, blank=True, default="", help_text="training, validation and the like.")
    source_type = models.CharField(max_length=100, blank=True, default="")
    source = models.TextField(blank=True, default="")
    schema = models.TextField(blank=True, default="")
    profile = models.TextField(blank=True, default="")
    tags = models.JSONField(default=dict, blank=True)
    dataset_version = models.ForeignKey(
        "registry.DatasetVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="run_inputs"
    )

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name", "digest", "context"], name="tracking_input_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.digest})"


class ModelOutput(models.Model):
    """A logged model that a run names as what came out of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="model_outputs")
    logged_model = models.ForeignKey("tracking.LoggedModel", on_delete=models.CASCADE, related_name="run_outputs")
    step = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "logged_model"], name="tracking_output_once")]

    def __str__(self) -> str:
        return f"{self.logged_model} at step {self.step}"
