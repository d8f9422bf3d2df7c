"""A drift monitor, the policies that it has had, the drift that somebody accepted, and its runs."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.crypto.columns import EncryptedTextField
from modelops.crypto.fields import SealedBytesField
from modelops.lib.ids import uuid7
from monitoring.models.drift import DriftRun
from registry.models import Dataset, DatasetVersion, ModelVersion
from registry.querysets import VisibleQuerySet


class MonitorQuerySet(VisibleQuerySet):
    """Who sees drift runs over these data sees their monitor."""

    view_permission = "monitoring.view_driftrun"
    decided_by = (("dataset", "reference__dataset"), ("dataset", "dataset"))


class DriftMonitor(models.Model):
    """Compares each new version of ``dataset`` with ``reference``: by the clock, or when it is asked to.

    ``features`` names the columns that are compared; empty means all.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    reference = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="drift_monitors")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="drift_monitors")
    model_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="drift_monitors")
    features = models.JSONField(default=list)
    segments = models.JSONField(default=list, help_text="Columns whose values are compared each for itself too.")
    with_wasserstein = models.BooleanField(default=False)
    every_s = models.PositiveIntegerField(null=True, help_text="Seconds between two looks; empty: only when asked.")
    next_due_at = models.DateTimeField(null=True)
    is_enabled = models.BooleanField(default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="drift_monitors"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MonitorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(every_s__isnull=True, next_due_at__isnull=True)
                | Q(every_s__gte=60, next_due_at__isnull=False),
                name="monitors_due_when_scheduled",
            )
        ]
        indexes = [models.Index(fields=["next_due_at"], name="monitors_due", condition=Q(is_enabled=True))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_due(self) -> bool:
        """Whether the clock looks at it at its next turn."""
        return self.is_enabled and self.next_due_at is not None and self.next_due_at <= timezone.now()

    @property
    def policy(self) -> "MonitorPolicy":
        """What counts as drift now."""
        found = self.policies.order_by("-number").first()
        if found is None:
            raise MonitorPolicy.DoesNotExist(f"The monitor {self.name} has no policy.")
        return found


class MonitorPolicy(models.Model):
    """One policy of a monitor with its reason and what it would have called before; it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.ForeignKey(DriftMonitor, on_delete=models.CASCADE, related_name="policies")
    number = models.PositiveIntegerField()
    policy = models.JSONField()
    why = models.CharField(max_length=500)
    back_test = models.JSONField(default=dict)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["monitor", "-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["monitor", "number"], name="monitors_policy_number_once")]

    def __str__(self) -> str:
        return f"{self.monitor.name}, policy {self.number}"


class AcceptedDrift(models.Model):
    """Drift of one feature that is known and accepted, up to ``effect`` and until ``until``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.ForeignKey(DriftMonitor, on_delete=models.CASCADE, related_name="accepted")
    feature = models.CharField(max_length=255)
    effect = models.FloatField()
    why = models.CharField(max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["monitor", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.feature} of {self.monitor.name}"


class MonitorRun(models.Model):
    """A drift run that a monitor started, with the policy that held, acceptances included."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.ForeignKey(DriftMonitor, on_delete=models.CASCADE, related_name="runs")
    run = models.OneToOneField(DriftRun, on_delete=models.CASCADE, related_name="monitored")
    policy = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["monitor", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["monitor", "-id"], name="monitors_run_newest")]

    def __str__(self) -> str:
        return str(self.run)


class RunSegment(models.Model):
    """What a run found among the rows of one value of a column, or why nothing is said of them. It never changes.

    ``value`` is a value of the data and encrypted; ``features`` are measures and decisions without any value.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(DriftRun, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveIntegerField()
    column = models.CharField(max_length=255)
    value = EncryptedTextField(blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Why nothing is said of it.")
    drifted = models.BooleanField(default=False)
    n_reference = models.BigIntegerField(default=0)
    n_current = models.BigIntegerField(default=0)
    features = models.JSONField(default=list)

    class Meta:
        ordering = ["run", "position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="monitors_segment_position_once")]

    def __str__(self) -> str:
        return f"{self.column}: {self.verdict}"

    @property
    def verdict(self) -> str:
        """ "drifted", "stable" or "not_run"."""
        if self.reason:
            return "not_run"
        return "drifted" if self.drifted else "stable"

    @property
    def moved(self) -> list[dict[str, Any]]:
        """The features that drifted, the largest effect first."""
        drifted = [feature for feature in self.features if feature["drifted"]]
        return sorted(drifted, key=lambda feature: -feature["statistic"])


class ReferenceProfile(models.Model):
    """What a reference looks like, measured once, so that comparisons read the new data alone. It never changes.

    ``layout`` is the version of how columns are measured and written: another one is another profile of the same data.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="reference_profiles")
    layout = models.PositiveSmallIntegerField()
    rows = models.BigIntegerField()
    columns = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["version", "layout"], name="monitors_profile_once")]

    def __str__(self) -> str:
        return f"Profile of {self.version}"


class ProfileColumn(models.Model):
    """One column of a profile. Both contents hold values of the data and are sealed.

    ``published`` is what senders of sketches are told, and the counts that theirs are compared with; ``values`` is the
    column in order with its buckets, None where that would be too large or the column holds categories.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    profile = models.ForeignKey(ReferenceProfile, on_delete=models.CASCADE, related_name="profiled")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Why there is no sketch of it.")
    published = SealedBytesField(null=True)
    values = SealedBytesField(null=True)

    class Meta:
        ordering = ["profile", "position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["profile", "position"], name="monitors_profile_column_once")]

    def __str__(self) -> str:
        return self.name
