"""The archive that answers a request, sealed."""

from django.db import models
from django.utils import timezone

from modelops.lib.ids import uuid7

from .request import SubjectRequest


class SubjectBundle(models.Model):
    """A sealed ZIP. Its bytes go when it expires; the row stays as proof of what was collected and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="bundles", editable=False)
    sealed = models.BinaryField(null=True, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    row_count = models.PositiveBigIntegerField(editable=False)
    sections = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    downloads = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "bundle"
        ordering = ["-created_at"]
        # "add" is to collect, "view" is to download; a bundle is neither changed nor deleted by hand.
        default_permissions = ("add", "view")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, sealed__isnull=False)
                | models.Q(removed_at__isnull=False, sealed__isnull=True),
                name="subjects_bundle_removed_means_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="subjects_bundle_expiry", condition=models.Q(removed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"Bundle of {self.request.reference}"

    @property
    def context(self) -> bytes:
        """What the seal is bound to: this bundle of this request."""
        return f"subjects.subjectbundle:{self.pk}:{self.request_id}".encode()

    @property
    def is_available(self) -> bool:
        """Whether it can still be downloaded."""
        return self.removed_at is None and timezone.now() < self.expires_at
