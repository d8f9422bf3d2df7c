"""Places of data, and what was read from them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.jobs.models import Job
from modelops.lib.ids import uuid7
from registry.models import Dataset, DatasetVersion
from registry.querysets import VisibleQuerySet
from registry.uploads.models import UploadSession


class SourceQuerySet(models.QuerySet["DataSource"]):
    def readable_by(self, user: Any) -> Self:
        """The enabled ones that a role of ``user`` may read; none where no role is named."""
        return self.filter(is_enabled=True, roles__in=user.groups.all()).distinct()


class DataSource(models.Model):
    """A folder, bucket or container of somebody else's, as far as its options reach: a prefix narrows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, help_text="Key of the kind of store: filesystem, s3, gcs or azure.")
    options = models.JSONField(default=dict, help_text="Bucket, prefix, endpoint, region. No secrets.")
    secret = models.ForeignKey(
        "secret_store.StoredSecret", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    roles = models.ManyToManyField("auth.Group", blank=True, related_name="+", help_text="Who may read there.")
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "data source"

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)


class ImportState(models.TextChoices):
    """An import waits until its job has ended one way or the other."""

    QUEUED = "queued", "Queued"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class DataImportQuerySet(VisibleQuerySet):
    view_permission = "registry.view_datasetversion"
    decided_by = (("dataset", "dataset"),)


class DataImport(models.Model):
    """One object that becomes a dataset version: where it lay, which state of it was read, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="imports")
    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, related_name="imports")
    key = models.CharField(max_length=1024, help_text="Of the object, below the prefix of the source.")
    size = models.BigIntegerField()
    tag = models.CharField(max_length=300, help_text="Entity tag, generation or time of the state that is read.")
    subject_column = models.CharField(max_length=255, blank=True, default="")
    state = models.CharField(max_length=16, choices=ImportState, default=ImportState.QUEUED)
    failure = models.CharField(max_length=500, blank=True, default="")
    # What has arrived, in sealed parts: a worker that dies loses the last of them at most.
    session = models.OneToOneField(UploadSession, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.OneToOneField(DatasetVersion, null=True, on_delete=models.CASCADE, related_name="data_import")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = DataImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "import"
        indexes = [models.Index(fields=["dataset", "-id"], name="sources_import_dataset")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="sources_import_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ImportState.SUCCEEDED) | Q(finished_at__isnull=False),
                name="sources_import_finished_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.source}"

    @property
    def shown_state(self) -> str:
        """The import's state, or its job's while the import waits for it."""
        if self.state == ImportState.QUEUED and self.job is not None:
            return str(self.job.state)
        return str(self.state)
