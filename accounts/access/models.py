"""What the table of roles gave each group last, and when a superuser worked and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from modelops.lib.ids import uuid7

from .actions import ACTIONS


class RoleState(models.Model):
    """The permissions that the table gave a group at the last migration.

    A later table changes only what it gives differently, so that what an administrator decided stays decided.
    """

    group = models.OneToOneField("auth.Group", primary_key=True, on_delete=models.CASCADE, related_name="state")
    given = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        permissions = [(action.codename, action.label) for action in ACTIONS]

    def __str__(self) -> str:
        return str(self.group_id)


class Emergency(models.Model):
    """One use of a superuser, with its reason; it lasts for one session and at most an hour."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergencies")
    reason = models.CharField(max_length=500)
    started_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "emergencies"
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-ends_at"], name="access_emergency_user")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="access_emergency_reason")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} UTC"
