"""Who is on call: rotas that hand over every week, and who stands in for whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from modelops.lib.ids import uuid7

from .alert_severity import VisibleByPermission


class OnCallRota(models.Model):
    """People who take turns, a week each, in the order of their positions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    starts_on = models.DateField(help_text="The first day of the first turn; each lasts seven days.")
    hands_over_at = models.TimeField(help_text="When the next one takes over, in the rota's time zone.")
    timezone = models.CharField(max_length=64, default="UTC")
    enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="on_call_rotas"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisibleByPermission.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OnCallMember(models.Model):
    """Somebody who takes turns."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rota = models.ForeignKey(OnCallRota, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="on_call_turns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rota", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rota", "user"], name="monitoring_rota_member_once"),
            models.UniqueConstraint(fields=["rota", "position"], name="monitoring_rota_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rota}, position {self.position}"


class OnCallCover(models.Model):
    """Somebody who is on call in place of whoever's turn it is. The newest one counts where two overlap."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rota = models.ForeignKey(OnCallRota, on_delete=models.CASCADE, related_name="covers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="on_call_covers")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="monitoring_cover_ends_after_start"),
        ]
        indexes = [models.Index(fields=["rota", "ends_at"], name="monitoring_cover_ends")]

    def __str__(self) -> str:
        return f"{self.rota}, {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"
