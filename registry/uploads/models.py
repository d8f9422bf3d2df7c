"""An upload in progress and the sealed pieces of it that have arrived."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from modelops.lib.ids import uuid7


class UploadState(models.TextChoices):
    OPEN = "open", "Open"
    COMPLETED = "completed", "Completed"


class UploadSession(models.Model):
    """One file on its way in. ``offset`` bytes of it have arrived and are durable."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="upload_sessions")
    file_name = models.CharField(max_length=255, help_text="What the uploader called the file; never used as a path.")
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.OPEN)
    length = models.BigIntegerField(null=True, help_text="Bytes of the whole file; null until the sender knows.")
    offset = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="", help_text="What the sender says it will be.")
    sha512 = models.CharField(max_length=128, blank=True, default="")
    wrapped_key = models.BinaryField(help_text="The key of the parts, sealed by the key ring.")
    key_version = models.PositiveIntegerField(help_text="Version of the ring key that wraps it.")
    # Whoever wrote last begins with a new token; an older request that is still alive can then add nothing any more.
    writer = models.UUIDField(null=True)
    is_internal = models.BooleanField(
        default=False, help_text="The portal itself writes it; nobody else sees it, adds to it or completes it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    model_version = models.ForeignKey(
        "registry.ModelVersion", null=True, on_delete=models.SET_NULL, related_name="upload_sessions"
    )
    dataset_version = models.ForeignKey(
        "registry.DatasetVersion", null=True, on_delete=models.SET_NULL, related_name="upload_sessions"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="uploads_session_state_known"),
            models.CheckConstraint(
                condition=Q(offset__gte=0) & (Q(length__isnull=True) | Q(offset__lte=F("length"))),
                name="uploads_session_offset_within",
            ),
            models.CheckConstraint(
                condition=Q(state="open", completed_at__isnull=True) | Q(state="completed", completed_at__isnull=False),
                name="uploads_session_completed_at",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="uploads_session_expiry"),
            models.Index(fields=["owner"], condition=Q(state="open"), name="uploads_session_open"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.offset} bytes"


class UploadPart(models.Model):
    """Consecutive bytes of an upload, sealed in a file of their own with a salt of their own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(UploadSession, on_delete=models.CASCADE, related_name="parts")
    start = models.BigIntegerField()
    size = models.BigIntegerField()
    location = models.CharField(max_length=40)
    storage_name = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["session", "start"]
        constraints = [
            models.UniqueConstraint(fields=["session", "start"], name="uploads_part_start_once"),
            models.CheckConstraint(condition=Q(start__gte=0, size__gt=0), name="uploads_part_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} from {self.start}"
