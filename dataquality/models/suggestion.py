"""Rules that an examined version keeps."""

from django.db import models

from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7

from .run import QualityRun


class RuleSuggestion(models.Model):
    """A start for a suite, from what a run has read. Bounds and categories are of the data, so it is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.OneToOneField(QualityRun, on_delete=models.CASCADE, related_name="suggestion")
    document = EncryptedJSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Rules that {self.run.dataset_version} keeps"
