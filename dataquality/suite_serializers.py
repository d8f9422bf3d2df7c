"""What the REST interface takes and gives about rule suites."""

from rest_framework import serializers

from dataquality.models import RuleSnooze, RuleSuite, RuleSuiteVersion
from dataquality.serializers import RuleOutcomeOut

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"


class SuiteDocumentIn(serializers.Serializer):
    """The rules, as a list or as YAML or JSON text."""

    rules = serializers.ListField(child=serializers.JSONField(), required=False, max_length=1000)
    text = serializers.CharField(required=False, max_length=512 * 1024, trim_whitespace=False)

    def validate(self, attrs: dict) -> dict:
        """One of the two."""
        if ("rules" in attrs) == ("text" in attrs):
            raise serializers.ValidationError("Send rules or text, one of the two.")
        attrs["document"] = attrs["text"] if "text" in attrs else {"rules": attrs["rules"]}
        return attrs


class RuleSuiteIn(SuiteDocumentIn):
    """A new suite of a dataset."""

    dataset = serializers.CharField(max_length=100)
    name = serializers.RegexField(NAME, max_length=80)


class RuleTrialIn(SuiteDocumentIn):
    """Rules to try on the newest version of a dataset."""

    dataset = serializers.CharField(max_length=100)


class RuleTrialOut(serializers.Serializer):
    """What the rules say of the first rows."""

    version = serializers.IntegerField(source="version.number")
    rows = serializers.IntegerField(help_text="How many rows were looked at.")
    outcomes = RuleOutcomeOut(many=True)


class RuleSnoozeIn(serializers.Serializer):
    """Which rule sleeps until when, and why."""

    rule = serializers.CharField(max_length=80)
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500)


class RuleSuiteRowOut(serializers.ModelSerializer):
    """A suite in a list."""

    dataset = serializers.CharField(source="dataset.name")
    version = serializers.IntegerField(source="last_number")

    class Meta:
        model = RuleSuite
        fields = ("id", "dataset", "name", "version", "created_at")
        read_only_fields = fields


class RuleSnoozeOut(serializers.ModelSerializer):
    """A rule that sleeps."""

    class Meta:
        model = RuleSnooze
        fields = ("rule", "until", "reason", "created_at")
        read_only_fields = fields


class RuleSuiteVersionOut(serializers.ModelSerializer):
    """A version of a suite with its rules."""

    rules = serializers.JSONField(source="document.rules")

    class Meta:
        model = RuleSuiteVersion
        fields = ("number", "digest", "rule_count", "rules", "created_at")
        read_only_fields = fields


class RuleSuiteOut(serializers.Serializer):
    """A suite with its newest version, as rules and as YAML text, and the rules that sleep now."""

    id = serializers.UUIDField()
    dataset = serializers.CharField()
    name = serializers.CharField()
    version = RuleSuiteVersionOut()
    text = serializers.CharField(help_text="The same in YAML, to be kept beside code and sent back as text.")
    snoozes = RuleSnoozeOut(many=True)
