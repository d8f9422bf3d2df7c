"""A file that a run or a logged model has, and the folders that became versions."""

from django.db import models
from django.db.models import Q

from modelops.lib.ids import uuid7
from registry.models import Artifact, ModelVersion

from .logged_model import LoggedModel
from .run import Run


class TrackedFile(models.Model):
    """One file under the root of a run or of a logged model. A file of no bytes has a row and nothing that is stored.

    Each has a sealed artifact of its own, so that it is copied, verified and rotated like the file of a version.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="tracked_files")
    logged_model = models.ForeignKey(LoggedModel, null=True, on_delete=models.PROTECT, related_name="tracked_files")
    path = models.CharField(max_length=1024, help_text="Relative, with slashes.")
    size = models.BigIntegerField(help_text="Bytes of plaintext.")
    artifact = models.OneToOneField(Artifact, null=True, on_delete=models.PROTECT, related_name="tracked_file")
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(run__isnull=False, logged_model__isnull=True)
                | Q(run__isnull=True, logged_model__isnull=False),
                name="tracking_file_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(size=0, artifact__isnull=True) | Q(size__gt=0, artifact__isnull=False),
                name="tracking_file_sealed",
            ),
            models.UniqueConstraint(fields=["run", "path"], name="tracking_file_once_in_run"),
            models.UniqueConstraint(fields=["logged_model", "path"], name="tracking_file_once_in_model"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return self.path


class RegisteredFolder(models.Model):
    """A version was made of this folder: its files stay what they were, for as long as the version stands."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="registered_folder")
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="registered_folders")
    logged_model = models.ForeignKey(
        LoggedModel, null=True, on_delete=models.PROTECT, related_name="registered_folders"
    )
    folder = models.CharField(max_length=1024, blank=True, default="", help_text="Empty: the root itself.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(run__isnull=False, logged_model__isnull=True)
                | Q(run__isnull=True, logged_model__isnull=False),
                name="tracking_folder_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.folder or 'the root'}"
