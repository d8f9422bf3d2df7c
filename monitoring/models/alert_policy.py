"""Who is told when: silences that hold alerts back, and chains that tell further people."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from modelops.lib.ids import uuid7

from .alert_severity import Severity, VisibleByPermission
from .alerts import AlertChannel


class AlertSilence(models.Model):
    """Matching alerts open and count, but no message is sent.

    With ``while_matchers`` it holds only while another alert that matches those is live (inhibition).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reason = models.CharField(max_length=200)
    matchers = models.JSONField(help_text="Each a field, an operator and a pattern; all of them must match.")
    while_matchers = models.JSONField(default=list, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="alert_silences"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisibleByPermission.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="monitoring_silence_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="monitoring_silence_ends")]

    def __str__(self) -> str:
        return self.reason


class EscalationChain(models.Model):
    """Further channels for alerts that nobody acknowledges."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    minimum_severity = models.CharField(max_length=10, choices=Severity, default=Severity.HIGH)
    matchers = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="escalation_chains"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisibleByPermission.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_severity__in=Severity.values), name="monitoring_chain_severity_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationStep(models.Model):
    """A channel that is told when an alert is open and unacknowledged for ``after_s``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain = models.ForeignKey(EscalationChain, on_delete=models.CASCADE, related_name="steps")
    channel = models.ForeignKey(AlertChannel, on_delete=models.PROTECT, related_name="escalation_steps")
    after_s = models.PositiveIntegerField("after (s)")

    class Meta:
        ordering = ["chain", "after_s"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "after_s"], name="monitoring_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} after {self.after}"

    @property
    def after(self) -> str:
        """When it is due, as people write it."""
        minutes, rest = divmod(self.after_s, 60)
        return f"{self.after_s:,} s" if rest else f"{minutes:,} min"
