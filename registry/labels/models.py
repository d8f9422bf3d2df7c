"""Labels of a model and of a version: what is said about them beside what they are."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from registry.models import ModelVersion, RegisteredModel


class ModelLabels(models.Model):
    """The tags of a model. ``is_prompt``: its versions are texts for language models, which lists of models omit."""

    model = models.OneToOneField(RegisteredModel, on_delete=models.CASCADE, primary_key=True, related_name="labels")
    tags = models.JSONField(default=dict, blank=True)
    is_prompt = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-model_id"]
        verbose_name = verbose_name_plural = "labels of a model"
        default_permissions = ()
        indexes = [
            GinIndex(fields=["tags"], name="labels_model_tags"),
            models.Index(fields=["model"], condition=models.Q(is_prompt=True), name="labels_prompts"),
        ]

    def __str__(self) -> str:
        return f"Labels of {self.model}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class VersionLabels(models.Model):
    """What is said about a version: description, tags and whether it is archived change; where it is from does not.

    The version's own tags are those it was registered with; these begin with them and take their place.
    """

    version = models.OneToOneField(ModelVersion, on_delete=models.CASCADE, primary_key=True, related_name="labels")
    description = models.TextField(blank=True, default="", max_length=5000)
    tags = models.JSONField(default=dict, blank=True)
    is_archived = models.BooleanField(default=False)
    source = models.CharField(
        max_length=1000, blank=True, default="", help_text="As the client named it: models:/m-…, runs:/…/model."
    )
    run_id = models.CharField(max_length=256, blank=True, default="")
    logged_model_id = models.CharField(max_length=40, blank=True, default="")
    run_link = models.CharField(max_length=500, blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-version_id"]
        verbose_name = verbose_name_plural = "labels of a version"
        default_permissions = ()
        indexes = [
            GinIndex(fields=["tags"], name="labels_version_tags"),
            models.Index(fields=["run_id"], condition=~models.Q(run_id=""), name="labels_of_run"),
            models.Index(fields=["version"], condition=models.Q(is_archived=True), name="labels_archived"),
        ]

    def __str__(self) -> str:
        return f"Labels of {self.version}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)
