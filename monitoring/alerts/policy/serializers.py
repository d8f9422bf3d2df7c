"""What the REST interface takes and says about silences and escalation chains."""

from rest_framework import serializers

from monitoring.models.alert_policy import AlertSilence, EscalationChain, EscalationStep
from monitoring.models.alerts import Severity

from .matching import FIELDS, OPERATORS


class MatcherSerializer(serializers.Serializer):
    """One condition; all of a list must hold."""

    field = serializers.CharField(help_text=f"One of {', '.join(FIELDS)}.")
    op = serializers.CharField(default="is", help_text=f"One of {', '.join(OPERATORS)}; like knows * and ?.")
    value = serializers.CharField(max_length=200)


class SilenceIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)
    matchers = MatcherSerializer(many=True)
    while_matchers = MatcherSerializer(many=True, required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField()


class SilenceOut(serializers.ModelSerializer):
    matchers = MatcherSerializer(many=True)
    while_matchers = MatcherSerializer(many=True)

    class Meta:
        model = AlertSilence
        fields = ("id", "reason", "matchers", "while_matchers", "starts_at", "ends_at", "created_at")
        read_only_fields = fields


class StepIn(serializers.Serializer):
    channel = serializers.CharField(help_text="Name of the channel.")
    after_s = serializers.IntegerField(min_value=1)


class ChainIn(serializers.Serializer):
    name = serializers.CharField(max_length=100)
    minimum_severity = serializers.ChoiceField(Severity.choices, default=Severity.HIGH.value)
    matchers = MatcherSerializer(many=True, required=False)
    steps = StepIn(many=True)


class StepOut(serializers.ModelSerializer):
    channel = serializers.CharField(source="channel.name", read_only=True)

    class Meta:
        model = EscalationStep
        fields = ("channel", "after_s")
        read_only_fields = fields


class ChainOut(serializers.ModelSerializer):
    matchers = MatcherSerializer(many=True)
    steps = StepOut(many=True)

    class Meta:
        model = EscalationChain
        fields = ("id", "name", "minimum_severity", "matchers", "steps", "enabled", "created_at")
        read_only_fields = fields
