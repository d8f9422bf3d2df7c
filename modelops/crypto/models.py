"""The key ring: every key that the portal works with, wrapped by the root key."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7

from .purposes import Purpose


class KeyState(models.TextChoices):
    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    DECRYPT_ONLY = "decrypt_only", "Decrypt only"
    DESTROYED = "destroyed", "Destroyed"


class KeyVersion(models.Model):
    """One version of the key of one purpose. The row never holds a key in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=KeyState.choices, default=KeyState.PENDING)
    wrapped = models.BinaryField()
    provider = models.CharField(max_length=40)
    root_key_id = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "key"
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="crypto_key_version_once"),
            models.UniqueConstraint(fields=["purpose"], condition=Q(state="active"), name="crypto_one_active_key"),
            models.CheckConstraint(condition=Q(version__gte=1), name="crypto_key_version_positive"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="crypto_key_purpose_known"),
            models.CheckConstraint(condition=Q(state__in=KeyState.values), name="crypto_key_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"

    @property
    def wrap_context(self) -> bytes:
        """What binds the wrapped key to this row, so that no key can be put in another's place."""
        return f"{self.id}|{self.purpose}|{self.version}".encode()
