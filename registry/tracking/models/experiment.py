"""An experiment: the name under which runs are kept."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.tracking.querysets import ExperimentQuerySet

# The experiment of runs that name none.
DEFAULT_NUMBER = 0


class Experiment(models.Model):
    """Runs of one question. Its number is what MLflow's client knows it by; files lie under it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    name = models.CharField(max_length=500, unique=True)
    tags = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="experiments"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            GinIndex(fields=["tags"], name="tracking_experiment_tags"),
            models.Index(fields=["-changed_at", "-number"], name="tracking_experiment_changed"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return reverse("tracking:experiment", args=[self.number])

    @property
    def audit_label(self) -> str:
        """What the ledger calls it: its number, since a name is anybody's text."""
        return self.experiment_id

    @property
    def experiment_id(self) -> str:
        """Its number as text, as the protocol has it."""
        return str(self.number)

    @property
    def artifact_root(self) -> str:
        """Where files of its runs and logged models lie, without a host: the client puts the portal's before it."""
        return f"mlflow-artifacts:/{self.number}"
