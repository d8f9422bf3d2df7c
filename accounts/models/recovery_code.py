"""A code that stands in for a lost authenticator app."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from modelops.lib.ids import uuid7


class RecoveryCode(models.Model):
    """A single-use code of 80 random bits, kept as a keyed digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return "used recovery code" if self.used_at else "recovery code"
