"""A browser that an account has signed in with."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from modelops.lib.ids import uuid7


class Device(models.Model):
    """One browser of one account, known again by a random cookie. The row holds a keyed digest of it.

    A device is a hint for notices: knowing its cookie lets nobody in, and being without it keeps nobody out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    cookie_digest = models.BinaryField(max_length=32, editable=False)
    browser = models.CharField(max_length=60, blank=True)
    ip_prefix = models.CharField("network", max_length=45, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen_at"]
        # Nobody manages devices: their people see them on the security page.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "cookie_digest"], name="accounts_device_once_an_account"),
        ]
        indexes = [
            models.Index(fields=["cookie_digest"], name="accounts_device_cookie"),
            models.Index(fields=["user", "-last_seen_at"], name="accounts_device_user_seen"),
            models.Index(fields=["last_seen_at"], name="accounts_device_seen"),
        ]

    def __str__(self) -> str:
        return f"Device {str(self.pk)[-8:]}"
