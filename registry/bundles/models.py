"""Which version came out of which bundle."""

from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import ModelVersion, RegisteredModel
from registry.signing.models import TrustedKey


class ImportedBundle(models.Model):
    """The origin of a version that was imported: another portal's version, and whose signature vouched for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.OneToOneField(ModelVersion, on_delete=models.CASCADE, related_name="imported_bundle")
    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="+")
    manifest_sha256 = models.CharField(max_length=64, help_text="Of the signed manifest; it stands for the bundle.")
    key = models.ForeignKey(TrustedKey, on_delete=models.PROTECT, related_name="+")
    source_model = models.CharField(max_length=100)
    source_version = models.PositiveIntegerField()
    # Facts of elsewhere: nothing here reads them as an alias or an approval.
    history = models.JSONField(
        default=dict, help_text="Aliases and promotions in the other portal, as the bundle tells of them."
    )
    imported_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "imported bundle"
        constraints = [
            models.UniqueConstraint(fields=["model", "manifest_sha256"], name="bundles_imported_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version} from {self.source_model} v{self.source_version}"
