"""A version of a model: one immutable file with what was said about it."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse

from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7
from registry.querysets import ModelVersionManager

from .artifact import Artifact
from .dataset import DatasetVersion
from .deletable import Deletable, deleted_until, purge_index
from .model import RegisteredModel


class VersionState(models.TextChoices):
    READY = "ready", "Ready"
    QUARANTINED = "quarantined", "Quarantined"


class ModelVersion(Deletable):
    """Version ``number`` of a model. Numbers count from 1 and are never reused; what it is cannot be changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=VersionState)
    file_format = models.CharField(max_length=32, help_text="Found by content, not by the name of the file.")
    artifact = models.OneToOneField(Artifact, on_delete=models.PROTECT, related_name="model_version")
    file_count = models.PositiveIntegerField(default=1, help_text="Files of a directory; 1 for a single file.")
    total_size = models.BigIntegerField(null=True, help_text="Bytes of all files of a directory.")
    metrics = models.JSONField(default=dict, blank=True)
    parameters = EncryptedJSONField(null=True, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    source_commit = models.CharField(max_length=64, blank=True, default="", help_text="Of the code that trained it.")
    run_reference = models.CharField(max_length=250, blank=True, default="", help_text="The run that trained it.")
    datasets = models.ManyToManyField(
        DatasetVersion, through="ModelVersionDataset", related_name="model_versions", blank=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="uploaded_model_versions"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ModelVersionManager()

    class Meta:
        ordering = ["model", "-number"]
        permissions = [("view_parameters", "Can read the decrypted parameters")]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="registry_modelversion_number_once"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="registry_modelversion_number_positive"),
            models.CheckConstraint(
                condition=models.Q(state__in=VersionState.values), name="registry_modelversion_state_known"
            ),
            deleted_until("registry_modelversion_deleted_until"),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="registry_modelversion_newest"),
            models.Index(fields=["model"], condition=models.Q(state="quarantined"), name="registry_quarantined"),
            GinIndex(fields=["tags"], name="registry_modelversion_tags"),
            models.Index(fields=["file_format", "-id"], name="registry_modelversion_format"),
            purge_index("registry_modelversion_purge"),
        ]

    def __str__(self) -> str:
        return f"{self.model.name} v{self.number}"

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    def get_absolute_url(self) -> str:
        """The version's page in the portal."""
        return reverse("registry:version-detail", args=[self.model.name, self.number])

    @property
    def short_name(self) -> str:
        """The version without the name before it: "v3"."""
        return f"v{self.number}"

    @property
    def is_directory(self) -> bool:
        """Whether the version has several files; its own artifact is then their manifest."""
        return self.total_size is not None

    @property
    def size(self) -> int:
        """Bytes of plaintext: of the file, or of all files of a directory."""
        return self.artifact.size if self.total_size is None else self.total_size

    @property
    def is_quarantined(self) -> bool:
        """Whether the scanner has not found its files clean, so that they are not given out."""
        return self.state == VersionState.QUARANTINED


class ModelVersionFile(models.Model):
    """One file of a version that is a directory; the version's own artifact is then the manifest of these files."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="files", db_index=False)
    path = models.CharField(max_length=1024, help_text="Relative, with slashes, as in the manifest.")
    file_format = models.CharField(max_length=32, default="binary", help_text="Found by content, as for a single file.")
    artifact = models.OneToOneField(Artifact, on_delete=models.PROTECT, related_name="version_file")

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["version", "path"], name="registry_version_path_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.path}"


class ModelVersionDataset(models.Model):
    """Lineage: a model version was made with this dataset version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="dataset_links", db_index=False
    )
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="model_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_version", "dataset_version"], name="registry_lineage_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model_version} from {self.dataset_version}"
