"""Named places for sealed files. Exactly one is primary: it takes new files; the others hold copies."""

from django.db import models
from django.db.models import Q

from modelops.lib.ids import uuid7


class StorageLocation(models.Model):
    """One place: a folder, a bucket or a container. Its credentials are sealed and never shown again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, help_text="Key of the kind of store: filesystem, s3, gcs or azure.")
    options = models.JSONField(default=dict, blank=True, help_text="Bucket, prefix, endpoint, region. No secrets.")
    sealed_credentials = models.BinaryField(null=True, editable=False)
    is_primary = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    probed_at = models.DateTimeField(null=True, blank=True, help_text="When the connection was last tested.")
    probe_result = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["name"]
        verbose_name = "storage location"
        permissions = [("test_storagelocation", "Can test the connection to a location")]
        constraints = [
            models.UniqueConstraint(fields=["is_primary"], condition=Q(is_primary=True), name="locations_one_primary"),
        ]

    def __str__(self) -> str:
        return self.name
