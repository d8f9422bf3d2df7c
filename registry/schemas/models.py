"""Schemas of datasets as their owners have written them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7
from registry.models import Dataset

from .vocabulary import DATA_CLASSES


class DatasetSchema(models.Model):
    """Version ``number`` of what is said about a dataset's columns. It never changes; categories may be values of the
    data, so ``document`` is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="schemas")
    number = models.PositiveIntegerField()
    data_class = models.CharField(max_length=20, help_text="How long the dataset is kept: a class of retention.")
    document = EncryptedJSONField(help_text="Columns, keys and the time column.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document.")
    column_count = models.PositiveIntegerField()
    personal_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="dataset_schemas"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["dataset", "-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_schema_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0, column_count__gt=0), name="dataset_schema_positive"),
            models.CheckConstraint(condition=Q(data_class__in=DATA_CLASSES), name="dataset_schema_class_known"),
        ]

    def __str__(self) -> str:
        return f"Schema {self.number} of {self.dataset.name}"

    @property
    def columns(self) -> list[dict[str, Any]]:
        """What is said of each column, in the order of the file."""
        return list(self.document["columns"])
