"""Drift runs: one comparison of two dataset versions, feature by feature."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from modelops.crypto.columns import EncryptedJSONField
from modelops.jobs.models import Job
from modelops.lib.ids import uuid7
from monitoring.drift.querysets import DriftRunQuerySet
from registry.models import DatasetVersion, RegisteredModel


class DriftState(models.TextChoices):
    """A run waits until its job has ended one way or the other."""

    QUEUED = "queued", "Queued"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class DriftRun(models.Model):
    """What was compared under which thresholds, and the verdict. A finished run never changes.

    The current data is a dataset version, or else a sketch that was pushed: ``pushed_batch`` is the batch that brought
    it, ``pushed_name`` says so in words, and ``pushed_for`` is the model that met the data.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="drift_runs_as_reference")
    current = models.ForeignKey(
        DatasetVersion, null=True, on_delete=models.PROTECT, related_name="drift_runs_as_current"
    )
    pushed_batch = models.UUIDField(null=True, unique=True, help_text="Batches go with their month; the run stays.")
    pushed_name = models.CharField(max_length=300, blank=True, default="")
    pushed_for = models.ForeignKey(
        RegisteredModel, null=True, on_delete=models.SET_NULL, related_name="pushed_drift_runs"
    )
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="drift_run")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="drift_runs"
    )
    state = models.CharField(max_length=16, choices=DriftState, default=DriftState.QUEUED)
    drifted = models.BooleanField(null=True, help_text="Whether any feature drifted; not known before the run ended.")
    statistic = models.CharField(max_length=20, default="ks", help_text="Key of the statistic.")
    alpha = models.FloatField(help_text="Share of false discoveries that is accepted.")
    minimum_effect = models.FloatField(help_text="The smallest effect that counts as drift.")
    features_compared = models.PositiveIntegerField(default=0)
    features_drifted = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = DriftRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DriftState.values), name="drift_run_state_known"),
            models.CheckConstraint(condition=~Q(reference=F("current")), name="drift_run_two_versions"),
            models.CheckConstraint(
                condition=Q(current__isnull=False, pushed_batch__isnull=True)
                | Q(current__isnull=True, pushed_batch__isnull=False),
                name="drift_run_version_or_sketch",
            ),
            models.CheckConstraint(
                condition=Q(state=DriftState.SUCCEEDED, drifted__isnull=False)
                | (~Q(state=DriftState.SUCCEEDED) & Q(drifted__isnull=True)),
                name="drift_run_decided_when_succeeded",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="drift_run_newest"),
            models.Index(fields=["current", "-created_at"], name="drift_run_current"),
        ]

    def __str__(self) -> str:
        return f"Drift from {self.reference} to {self.current_name}"

    def get_absolute_url(self) -> str:
        """The run's page in the portal."""
        return reverse("monitoring:drift-detail", args=[self.pk])

    @property
    def current_name(self) -> str:
        """What was compared with the reference: a version, or a sketch that a pipeline pushed."""
        return str(self.current) if self.current is not None else self.pushed_name

    @property
    def shown_state(self) -> str:
        """The run's state, or its job's while the run waits for it."""
        if self.state == DriftState.QUEUED and self.job is not None:
            return str(self.job.state)
        return str(self.state)

    @property
    def verdict(self) -> str:
        """ "drifted" or "stable" when the run has succeeded, else its state."""
        if self.drifted is None:
            return self.shown_state
        return "drifted" if self.drifted else "stable"


class DriftFeatureManager(models.Manager["DriftFeature"]):
    """Leaves the encrypted profile in the database until a page draws it."""

    def get_queryset(self) -> models.QuerySet["DriftFeature"]:
        """Features without their profile."""
        return super().get_queryset().defer("profile")


class DriftFeature(models.Model):
    """One feature of a run: what was measured and decided, or why it could not be compared.

    ``profile`` holds the place of the largest gap, the histogram and the quantiles: values of the data, encrypted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(DriftRun, on_delete=models.CASCADE, related_name="features")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    drifted = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Why it could not be compared.")
    method = models.CharField(max_length=20, default="ks", help_text="The test: ks, chi_square or nulls.")
    statistic = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    adjusted_p_value = models.FloatField(null=True)
    sign = models.SmallIntegerField(default=0)
    is_significant = models.BooleanField(default=False)
    is_large_enough = models.BooleanField(default=False)
    n_reference = models.BigIntegerField(default=0)
    n_current = models.BigIntegerField(default=0)
    dropped_reference = models.BigIntegerField(default=0)
    dropped_current = models.BigIntegerField(default=0)
    measures = models.JSONField(default=dict, help_text="PSI, Jensen-Shannon and whatever else was measured.")
    importance = models.FloatField(default=1.0, help_text="Its weight among the features of the run.")
    profile = EncryptedJSONField(null=True)

    objects = DriftFeatureManager()

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="drift_feature_position_once"),
            models.CheckConstraint(
                condition=Q(reason="", statistic__isnull=False, p_value__isnull=False)
                | (~Q(reason="") & Q(statistic__isnull=True, p_value__isnull=True, drifted=False)),
                name="drift_feature_measured_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}"

    @property
    def is_compared(self) -> bool:
        """Whether anything could be measured."""
        return not self.reason

    @property
    def verdict(self) -> str:
        """ "drifted", "stable" or "not_run"."""
        if self.reason:
            return "not_run"
        return "drifted" if self.drifted else "stable"
