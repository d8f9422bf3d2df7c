"""What happened around an alert: attempts to tell of it, decisions not to, comments, and links that were used."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from modelops.lib.ids import uuid7

from .alerts import Alert, AlertChannel, AlertDelivery


class AttemptState(models.TextChoices):
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    LOST = "lost", "Sender stopped"


class DeliveryAttempt(models.Model):
    """One attempt of a delivery. The row is written before anything is sent, so that no attempt is without one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(AlertDelivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    claim = models.UUIDField(editable=False)
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.SENDING)
    began_at = models.DateTimeField()
    latency_ms = models.PositiveIntegerField(null=True)
    code = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    answer = models.CharField(max_length=1024, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["claim"], name="monitoring_attempt_claim_once"),
            models.CheckConstraint(condition=Q(state__in=AttemptState.values), name="monitoring_attempt_state_known"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.get_state_display()}"


class Verdict(models.TextChoices):
    SENT = "sent", "Sent"
    GROUPED = "grouped", "Told with others"
    SILENCED = "silenced", "Silenced"
    INHIBITED = "inhibited", "Held by another alert"
    SNOOZED = "snoozed", "Snoozed"
    QUIET = "quiet", "Waits for the end of quiet hours"
    FLAPPING = "flapping", "Comes and goes"
    NOBODY = "nobody", "No channel takes it"


class AlertDecision(models.Model):
    """Why an alert was told, or was not, at one occasion and for one channel or for all of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="decisions")
    channel = models.ForeignKey(AlertChannel, null=True, on_delete=models.CASCADE, related_name="decisions")
    event = models.CharField(max_length=30)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="monitoring_decision_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_verdict_display()}"


class AlertComment(models.Model):
    """What somebody wrote beside an alert. It can be removed with its author's data, unlike the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="alert_comments"
    )
    text = models.TextField(max_length=2000)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Comment on {self.alert}"


class LinkUse(models.Model):
    """A link of a message that was followed. Each works once: the row is what a second use meets."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(AlertDelivery, on_delete=models.CASCADE, related_name="link_uses")
    action = models.CharField(max_length=15)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "action"], name="monitoring_link_once"),
        ]

    def __str__(self) -> str:
        return self.action
