"""Named places for sealed files, and what the nightly look into each of them has found."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class LocationQuerySet(models.QuerySet["StorageLocation"]):
    def visible_to(self, user: Any) -> Self:
        """All of them for those who may see locations, none for others."""
        allowed = user.is_active and user.has_perm("locations.view_storagelocation")
        return self.all() if allowed else self.none()


class StorageLocation(models.Model):
    """One place: a folder, a bucket or a container. Exactly one is primary: it takes new files; others hold copies."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, help_text="Key of the kind of store: filesystem, s3, gcs or azure.")
    options = models.JSONField(default=dict, blank=True, help_text="Bucket, prefix, endpoint, region. No secrets.")
    secret = models.ForeignKey(
        "secret_store.StoredSecret",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where the credentials are.",
    )
    is_primary = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    lock_days = models.PositiveIntegerField(
        default=0, help_text="Files cannot be deleted for so many days after they were stored; 0 means no lock."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    probed_at = models.DateTimeField(null=True, blank=True, help_text="When the connection was last tested.")
    probe_result = models.CharField(max_length=300, blank=True, default="")
    probe_ms = models.PositiveIntegerField(null=True, help_text="How long the last successful test took.")
    is_up = models.BooleanField(null=True, help_text="What the last contact has shown; unknown before the first.")

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "storage location"
        permissions = [("test_storagelocation", "Can test the connection to a location")]
        constraints = [
            models.UniqueConstraint(fields=["is_primary"], condition=Q(is_primary=True), name="locations_one_primary"),
            models.CheckConstraint(
                condition=Q(is_primary=False) | Q(is_enabled=True), name="locations_primary_is_enabled"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def region(self) -> str:
        """Where the files lie geographically, as far as it is known."""
        return str(self.options.get("region", "")) or ("this machine" if self.kind == "filesystem" else "")

    @property
    def state(self) -> str:
        """In one word: "disabled", "down", "healthy" or "unknown"."""
        if not self.is_enabled:
            return "disabled"
        return {True: "healthy", False: "down", None: "unknown"}[self.is_up]


class Reconciliation(models.Model):
    """One comparison of what a location holds with what the rows say."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    location = models.ForeignKey(StorageLocation, on_delete=models.CASCADE, related_name="reconciliations")
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)
    objects_found = models.PositiveBigIntegerField(default=0)
    bytes_found = models.PositiveBigIntegerField(default=0)
    sealed = models.PositiveBigIntegerField(default=0, help_text="Files that begin as a sealed artifact does.")
    unfinished = models.PositiveBigIntegerField(default=0)
    orphans = models.PositiveBigIntegerField(default=0, help_text="Sealed files that no row names.")
    swept = models.PositiveBigIntegerField(default=0, help_text="Orphans that were old enough to be removed.")
    missing = models.PositiveBigIntegerField(default=0, help_text="Rows whose file is not there.")
    wrong_size = models.PositiveBigIntegerField(default=0)
    plaintext = models.PositiveBigIntegerField(default=0, help_text="Files that are not sealed.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["location", "-id"], name="locations_reconciliations")]

    def __str__(self) -> str:
        return f"{self.location} at {self.started_at:%Y-%m-%d %H:%M}"


class ForeignFile(models.Model):
    """A file in a location that is no sealed artifact. It is reported until somebody removes it, and never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    location = models.ForeignKey(StorageLocation, on_delete=models.CASCADE, related_name="foreign_files")
    name = models.CharField(max_length=400)
    size = models.PositiveBigIntegerField()
    first_seen_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["location", "name"]
        constraints = [models.UniqueConstraint(fields=["location", "name"], name="locations_foreign_file_once")]

    def __str__(self) -> str:
        return f"{self.name} in {self.location}"
