"""Alerts, the channels by which they leave the portal, and each delivery with its outcome."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse

from modelops.lib.ids import uuid7
from modelops.secret_store.models import StoredSecret
from monitoring.hidden import about_hidden

from .alert_severity import Severity, VisibleByPermission


class AlertState(models.TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"


LIVE = (AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value)


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Waiting"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed, will retry"
    DEAD = "dead", "Given up"


DUE = (DeliveryState.PENDING.value, DeliveryState.FAILED.value)


class DeliveryQuerySet(VisibleByPermission):
    def visible_to(self, user: Any) -> Self:
        """Deliveries of the alerts that ``user`` may see, and test messages."""
        return super().visible_to(user).exclude(about_hidden(user, "alert__"))


class AlertQuerySet(VisibleByPermission):
    def visible_to(self, user: Any) -> Self:
        """The alerts that ``user`` may see: those about restricted data only where the user may know of it."""
        return super().visible_to(user).exclude(about_hidden(user))

    def live(self) -> Self:
        """Alerts that still ask for somebody."""
        return self.filter(state__in=LIVE)

    def narrowed(self, *, state: str = "", severity: str = "") -> Self:
        """Alerts of one state ("live" stands for open and acknowledged) and severity; empty text means all."""
        rows = self.live() if state == "live" else self.filter(state=state) if state else self.all()
        return rows.filter(severity=severity) if severity else rows


class Alert(models.Model):
    """Something that somebody should look at. Repeats of the same ``key`` count up while it is not resolved."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=250, help_text="What repeats of the same trouble have in common.")
    title = models.CharField(max_length=200)
    body = models.TextField(max_length=4000, blank=True)
    severity = models.CharField(max_length=10, choices=Severity)
    state = models.CharField(max_length=15, choices=AlertState, default=AlertState.OPEN)
    count = models.PositiveIntegerField(default=1)
    # Alerts of one group are told in one message.
    group = models.CharField(max_length=250, blank=True, default="")
    details = models.JSONField(default=dict, blank=True, help_text="Figures and ids that a pipeline gave with it.")
    runbook_url = models.CharField(max_length=500, blank=True, default="")
    rule = models.ForeignKey(
        "monitoring.AlertRule", null=True, on_delete=models.SET_NULL, related_name="alerts", editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="owned_alerts"
    )
    snoozed_until = models.DateTimeField(null=True)
    # The newest thing that the alert is about, as opaque reference: a drift run, a quality run.
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="acknowledged_alerts"
    )
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="resolved_alerts"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=LIVE), name="monitoring_alert_one_live_per_key"
            ),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="monitoring_alert_state_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="monitoring_alert_severity_known"),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False)
                | (~Q(state="resolved") & Q(resolved_at__isnull=True)),
                name="monitoring_alert_resolved_at_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="monitoring_alert_state"),
            models.Index(fields=["severity", "-id"], name="monitoring_alert_severity"),
            models.Index(fields=["key", "-opened_at"], name="monitoring_alert_key"),
            models.Index(fields=["group", "-id"], name="monitoring_alert_group"),
            models.Index(
                fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="monitoring_alert_nap"
            ),
            # The search box asks UPPER(title) LIKE '%…%', which only a trigram index answers.
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="monitoring_alert_title_trgm"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The alert's page in the portal."""
        return reverse("monitoring:alert-detail", args=[self.pk])

    @property
    def audit_label(self) -> str:
        """Its name in the ledger, which outlives it."""
        return str(self)

    @property
    def is_live(self) -> bool:
        """Whether it still asks for somebody."""
        return self.state in LIVE


class AlertOccurrence(models.Model):
    """One thing that made an alert, or repeated it. A source makes at most one occurrence, so it never counts twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="occurrences")
    source_type = models.CharField(max_length=60)
    source_id = models.UUIDField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source_type", "source_id"], name="monitoring_occurrence_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source_type} {self.source_id}"


class AlertChannel(models.Model):
    """A receiver of alerts. Its settings are sealed, and those that are secret lie in the secret store."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=20, help_text="Key of the kind of channel.")
    destination = models.CharField(max_length=300, help_text="Where it goes, without any secret.")
    sealed_config = models.BinaryField(editable=False)
    enabled = models.BooleanField(default=True)
    minimum_severity = models.CharField(max_length=10, choices=Severity, default=Severity.INFO)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="alert_channels"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, help_text="When a message last arrived.")
    is_direct = models.BooleanField(
        "gets alerts by itself", default=True, help_text="Off: it gets only what an escalation chain sends it."
    )
    window_s = models.PositiveIntegerField(
        "grouping window (s)", default=300, help_text="Alerts of one group within this time are told in one message."
    )
    digest_s = models.PositiveIntegerField(
        "digest (s)", null=True, blank=True, help_text="Alerts are gathered and told so often; empty: each at once."
    )
    repeat_s = models.PositiveIntegerField(
        "repeat (s)", null=True, blank=True, help_text="An open alert is told again after this; empty: never."
    )
    quiet_from = models.TimeField(null=True, blank=True, help_text="Quiet hours begin, in the channel's time zone.")
    quiet_until = models.TimeField(null=True, blank=True, help_text="Quiet hours end.")
    quiet_weekends = models.BooleanField(default=False, help_text="Saturday and Sunday are quiet as a whole.")
    quiet_below = models.CharField(
        max_length=10, choices=Severity, default=Severity.CRITICAL, help_text="From here on also in quiet hours."
    )
    timezone = models.CharField(max_length=64, default="UTC")
    texts = models.JSONField(
        default=dict, blank=True, help_text="Titles and bodies of its own by occasion; empty for the portal's words."
    )
    gone_count = models.PositiveSmallIntegerField(default=0, editable=False)
    disabled_reason = models.CharField(max_length=300, blank=True, default="", editable=False)

    objects = VisibleByPermission.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_severity__in=Severity.values), name="monitoring_channel_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="monitoring_channel_quiet_hours_both",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelSecret(models.Model):
    """Which secret stands behind one setting of a channel. The value lies in the secret store alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(AlertChannel, on_delete=models.CASCADE, related_name="secret_settings")
    setting = models.CharField(max_length=40)
    secret = models.ForeignKey(StoredSecret, on_delete=models.PROTECT, related_name="alert_channels")

    class Meta:
        verbose_name = "alert channel"
        constraints = [
            models.UniqueConstraint(fields=["channel", "setting"], name="monitoring_channel_setting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} ({self.setting})"


class AlertDelivery(models.Model):
    """One message to one channel. The row is the truth: it is written with the alert and sent until it arrives.

    A test message belongs to no alert. ``id`` goes with every attempt, so that a receiver can drop a repeat.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(Alert, null=True, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(AlertChannel, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=30, help_text="opened, escalated-<severity>, step-<id>, … or test.")
    group = models.CharField(max_length=250, blank=True, default="", editable=False)
    severity = models.CharField(max_length=10, blank=True, default="", editable=False, help_text="The worst told.")
    why = models.CharField(max_length=300, blank=True, default="", help_text="Why this channel got it.")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField(null=True)
    # Names the attempt that is under way: an attempt that was given up for dead cannot settle a later one.
    claim = models.UUIDField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    last_code = models.PositiveSmallIntegerField(null=True)
    last_reason = models.CharField(max_length=300, blank=True)
    last_answer = models.CharField(max_length=1024, blank=True)
    last_latency_ms = models.PositiveIntegerField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "alert deliveries"
        constraints = [
            models.UniqueConstraint(fields=["alert", "channel", "event"], name="monitoring_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="monitoring_delivery_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=DUE) | Q(next_attempt_at__isnull=False), name="monitoring_delivery_due_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False, claim__isnull=False),
                name="monitoring_delivery_sending_has_claim",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state__in=DUE), name="monitoring_delivery_due"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="monitoring_delivery_sending"),
            models.Index(fields=["channel", "-id"], name="monitoring_delivery_channel"),
            models.Index(fields=["channel", "group", "-id"], name="monitoring_delivery_group"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.channel}: {self.get_state_display()}"
