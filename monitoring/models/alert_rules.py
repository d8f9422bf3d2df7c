"""Rules that open alerts over series of values, and where each rule stands."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from modelops.lib.ids import uuid7

from .alert_severity import Severity, VisibleByPermission


class Operator(models.TextChoices):
    ABOVE = "above", "above"
    AT_LEAST = "at_least", "at least"
    BELOW = "below", "below"
    AT_MOST = "at_most", "at most"


class AlertRule(models.Model):
    """Opens an alert when a series breaks its threshold long enough, and ends it when it is well again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    series = models.CharField(max_length=40, help_text="Key of the kind of series.")
    params = models.JSONField(default=dict, help_text="Which series of that kind.")
    operator = models.CharField(max_length=10, choices=Operator)
    threshold = models.FloatField()
    recovery = models.FloatField(null=True, blank=True, help_text="Back on this side the alert ends; empty: threshold.")
    for_points = models.PositiveIntegerField(default=1, help_text="So many values in a row must break the threshold.")
    for_s = models.PositiveIntegerField("for (s)", default=0, help_text="And for at least this long.")
    missing_after_s = models.PositiveIntegerField(
        "missing after (s)", null=True, blank=True, help_text="No value for so long is trouble too; empty: never."
    )
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.MEDIUM)
    message = models.CharField(max_length=500, blank=True, default="", help_text="Words of the alert, with {value}.")
    runbook_url = models.CharField(max_length=500, blank=True, default="")
    enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="alert_rules"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisibleByPermission.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="monitoring_rule_severity_known"),
            models.CheckConstraint(condition=Q(operator__in=Operator.values), name="monitoring_rule_operator_known"),
            models.CheckConstraint(condition=Q(for_points__gte=1), name="monitoring_rule_points_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The rule's page in the portal."""
        return reverse("monitoring:rule-detail", args=[self.pk])


class RuleStanding(models.TextChoices):
    WELL = "well", "Well"
    PENDING = "pending", "Breaking, not long enough yet"
    FIRING = "firing", "Alert open"
    MISSING = "missing", "No values"
    VANISHED = "vanished", "Series is gone"


class RuleState(models.Model):
    """Where a rule stands after its last look. Written by the look alone, many at a time."""

    rule = models.OneToOneField(AlertRule, primary_key=True, on_delete=models.CASCADE, related_name="standing")
    state = models.CharField(max_length=10, choices=RuleStanding, default=RuleStanding.WELL)
    since = models.DateTimeField(null=True, help_text="Of the first value in a row that breaks the threshold.")
    in_a_row = models.PositiveIntegerField(default=0)
    last_value = models.FloatField(null=True)
    last_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RuleStanding.values), name="monitoring_rule_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.get_state_display()}"
