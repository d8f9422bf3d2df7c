"""Catalogues of controls that were imported: frameworks beside those that the portal brings along."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from modelops.lib.ids import uuid7


class ControlCatalogue(models.Model):
    """One framework: ``[{"reference", "title", "checks"}]``, where checks are keys of the posture's controls."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120, unique=True)
    controls = models.JSONField()
    source_sha256 = models.CharField(max_length=64, help_text="Of the imported text.")
    imported_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        default_permissions = ("view", "add")
        verbose_name = "catalogue of controls"
        verbose_name_plural = "catalogues of controls"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the administration."""
        return reverse("admin:evidence-catalogue", args=[self.slug])

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return self.name
