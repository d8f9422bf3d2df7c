"""Datasets and their immutable versions."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse

from modelops.lib.ids import uuid7
from registry.querysets import DatasetQuerySet, DatasetVersionQuerySet

from .artifact import Artifact
from .deletable import Deletable, deleted_until, purge_index


class Dataset(Deletable):
    """A table through all its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True, max_length=4000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="datasets")
    created_at = models.DateTimeField(auto_now_add=True)
    is_restricted = models.BooleanField(default=False, help_text="Only the owner and named people see the dataset.")
    last_number = models.PositiveIntegerField(default=0, editable=False, help_text="The highest number given out.")

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [deleted_until("registry_dataset_deleted_until")]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="registry_dataset_name_trgm"),
            purge_index("registry_dataset_purge"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    def get_absolute_url(self) -> str:
        """The dataset's page in the portal."""
        return reverse("registry:dataset-detail", args=[self.name])


class DatasetVersion(Deletable):
    """Version ``number`` of a dataset: a sealed file and the shape that was read from it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    artifact = models.OneToOneField(Artifact, on_delete=models.PROTECT, related_name="dataset_version")
    file_format = models.CharField(max_length=32, help_text="Key of the table format, found by content.")
    rows = models.BigIntegerField()
    columns = models.PositiveIntegerField()
    schema = models.JSONField(help_text='A list of {"name", "type", "nulls"}, in the order of the file.')
    reading = models.JSONField(help_text="How the file is read: delimiter, encoding and the exact Arrow schema.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="uploaded_dataset_versions"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="registry_datasetversion_number_once"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="registry_datasetversion_number_positive"),
            models.CheckConstraint(
                condition=models.Q(rows__gt=0, columns__gt=0), name="registry_datasetversion_not_empty"
            ),
            deleted_until("registry_datasetversion_deleted_until"),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="registry_datasetversion_newest"),
            purge_index("registry_datasetversion_purge"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset.name} v{self.number}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    def get_absolute_url(self) -> str:
        """The version's page in the portal."""
        return reverse("registry:dataset-version-detail", args=[self.dataset.name, self.number])

    @property
    def short_name(self) -> str:
        """The version without the name before it: "v3"."""
        return f"v{self.number}"

    @property
    def column_names(self) -> list[str]:
        """Names of the columns in the order of the file."""
        return [column["name"] for column in self.typed_schema]

    @property
    def typed_schema(self) -> list[dict[str, Any]]:
        """The schema as a list of {"name", "type", "nulls"}."""
        return list(self.schema)
