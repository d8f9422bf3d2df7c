"""A sealed file: what is known about it and the wrapped key that opens it."""

import uuid

from django.db import models

from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed
from modelops.lib.ids import uuid7


class Artifact(models.Model):
    """One encrypted file in one location. The bytes are immutable; only the wrapping of its data key may change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file_name = models.CharField(max_length=255, help_text="What the uploader called the file; never used as a path.")
    sha256 = models.CharField(max_length=64, help_text="SHA-256 of the plaintext, in hexadecimal digits.")
    sha512 = models.CharField(
        max_length=128, blank=True, default="", help_text="SHA-512 of the plaintext; empty where it was not asked for."
    )
    size = models.BigIntegerField(help_text="Bytes of plaintext.")
    codec = models.CharField(
        max_length=16, default="none", help_text="How the plaintext was compressed before it was sealed."
    )
    stored_size = models.BigIntegerField(null=True, help_text="Bytes of the sealed file.")
    cipher = models.CharField(max_length=40)
    location = models.CharField(max_length=40, help_text="Name of the location that took the file.")
    storage_name = models.CharField(max_length=200, unique=True)
    wrapped_key = models.BinaryField(help_text="The file's data key, sealed by the key ring.")
    key_version = models.PositiveIntegerField(help_text="Version of the ring key that wraps the data key.")
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, help_text="When the stored bytes were last read back and compared.")
    is_sound = models.BooleanField(null=True, help_text="What that reading found.")

    class Meta:
        ordering = ["-created_at"]
        permissions = [
            ("download_artifact", "Can download the decrypted file"),
            ("download_quarantined", "Can download a quarantined file, with a reason"),
            ("verify_artifact", "Can verify the stored file"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="registry_artifact_not_empty"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="registry_artifact_sha256_hex"
            ),
            models.CheckConstraint(
                condition=models.Q(sha512__regex=r"^([0-9a-f]{128})?$"), name="registry_artifact_sha512_hex"
            ),
            # There is no artifact without encryption: each row names the key version that wraps its data key.
            models.CheckConstraint(condition=models.Q(key_version__gte=1), name="registry_artifact_has_key"),
            models.CheckConstraint(condition=models.Q(wrapped_key__gt=b""), name="registry_artifact_has_data_key"),
            models.CheckConstraint(
                condition=models.Q(codec__in=["none", "zstd"]), name="registry_artifact_codec_known"
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="registry_artifact_sha256"),
            models.Index(fields=["key_version"], name="registry_artifact_key_version"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.sha256[:12]})"

    @property
    def ratio(self) -> float | None:
        """Bytes of plaintext for each byte of the sealed file; None for a file of which that was not kept."""
        return round(self.size / self.stored_size, 4) if self.stored_size else None

    @property
    def key_id(self) -> uuid.UUID | None:
        """The ring key that wraps the data key now; None where the row holds no sealed value, so that lists go on."""
        try:
            return envelope.key_id(self.wrapped_key)
        except DecryptionFailed:
            return None
