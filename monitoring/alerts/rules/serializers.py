"""What the REST interface takes and says about alert rules."""

from typing import Any

from rest_framework import serializers

from monitoring.models.alert_rules import AlertRule, Operator, RuleStanding
from monitoring.models.alerts import Severity

from .services import RuleSettings


class TrialIn(serializers.Serializer):
    series = serializers.CharField(max_length=40, help_text="Kind of series: metric, quality, drift, findings, events.")
    params = serializers.DictField(
        child=serializers.JSONField(),
        help_text="Which series: metric takes model, metric, version and segment; quality and drift take dataset; "
        "findings takes control; events takes event and minutes.",
    )
    operator = serializers.ChoiceField(Operator.choices)
    threshold = serializers.FloatField()
    recovery = serializers.FloatField(required=False, allow_null=True, help_text="Ends the alert; else the threshold.")
    for_points = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    for_s = serializers.IntegerField(required=False, min_value=0, max_value=31 * 86_400)
    missing_after_s = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=31 * 86_400)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    message = serializers.CharField(required=False, allow_blank=True, max_length=500)
    runbook_url = serializers.CharField(required=False, allow_blank=True, max_length=500)

    def settings(self) -> RuleSettings:
        """The rule that was given."""
        given: dict[str, Any] = {name: value for name, value in self.validated_data.items() if name != "name"}
        return RuleSettings(**given)


class RuleIn(TrialIn):
    name = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")


class StandingOut(serializers.Serializer):
    state = serializers.ChoiceField(RuleStanding.choices)
    since = serializers.DateTimeField(allow_null=True)
    last_value = serializers.FloatField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    looked_at = serializers.DateTimeField()


class RuleOut(serializers.ModelSerializer):
    standing = StandingOut(allow_null=True, default=None, help_text="Null before the first look.")

    class Meta:
        model = AlertRule
        fields = (
            "id",
            "name",
            "series",
            "params",
            "operator",
            "threshold",
            "recovery",
            "for_points",
            "for_s",
            "missing_after_s",
            "severity",
            "message",
            "runbook_url",
            "enabled",
            "standing",
            "created_at",
        )
        read_only_fields = fields


class FiredOut(serializers.Serializer):
    opened_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class TrialOut(serializers.Serializer):
    values = serializers.IntegerField(help_text="How many values there were.")
    alerts = FiredOut(many=True, help_text="The alerts that would have opened.")
