"""What the REST interface takes and gives about one issue, the trend of a dataset and two runs side by side."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dataquality.comparison import IssuePair
from dataquality.dimensions import Dimension
from dataquality.models import AcceptedIssue, QualityIssue
from dataquality.serializers import QualityIssueOut
from dataquality.trend import Point


class QualityIssueDetailOut(QualityIssueOut):
    """One issue with masked examples and how to find its rows again."""

    examples = serializers.SerializerMethodField()
    filter = serializers.SerializerMethodField()

    class Meta(QualityIssueOut.Meta):
        fields = (*QualityIssueOut.Meta.fields, "examples", "filter")
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_examples(self, issue: QualityIssue) -> list[str]:
        """Up to five: shapes of values, and of personal columns only hashes."""
        return list((issue.detail or {}).get("examples", []))

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_filter(self, issue: QualityIssue) -> str | None:
        """An expression that finds the rows again; null where rows alone do not tell."""
        return (issue.detail or {}).get("filter")


class SchemaChangeOut(serializers.Serializer):
    """A column that is other than before."""

    column = serializers.CharField()
    kind = serializers.CharField(help_text="added, removed, retyped or nulls")
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    breaking = serializers.BooleanField()


class TrendPointOut(serializers.Serializer):
    """One finished run of the dataset."""

    run = serializers.UUIDField(source="run.pk")
    version = serializers.IntegerField(source="run.dataset_version.number")
    at = serializers.DateTimeField(source="run.created_at")
    score = serializers.CharField(source="run.score", help_text="Exact text.")
    epoch = serializers.IntegerField(source="run.epoch", allow_null=True)
    dimensions = serializers.SerializerMethodField()
    schema_changes = SchemaChangeOut(source="changed", many=True)

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_dimensions(self, point: Point) -> dict[str, float]:
        """Score per dimension that had something to examine."""
        found = {dimension.value: point.dimension(dimension.value) for dimension in Dimension}
        return {key: value for key, value in found.items() if value is not None}


class TrendOut(serializers.Serializer):
    """The newest finished runs of a dataset, oldest first."""

    dataset = serializers.CharField()
    points = TrendPointOut(many=True)


class IssuePairOut(serializers.Serializer):
    """An issue in one of the runs or in both."""

    dimension = serializers.CharField()
    rule = serializers.CharField(help_text="The check, or the name of the suite's rule.")
    column = serializers.CharField(allow_blank=True)
    change = serializers.CharField(help_text="appeared, worse, gone, better or same")
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_before(self, pair: IssuePair) -> int | None:
        """How many units showed it in the earlier run."""
        return pair.before.count if pair.before else None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_after(self, pair: IssuePair) -> int | None:
        """How many units show it in the later run."""
        return pair.after.count if pair.after else None


class QualityComparisonOut(serializers.Serializer):
    """Two runs side by side; scores and their difference are exact text."""

    before = serializers.UUIDField(source="before.pk")
    after = serializers.UUIDField(source="after.pk")
    score_before = serializers.CharField(source="before.score")
    score_after = serializers.CharField(source="after.score")
    difference = serializers.CharField()
    issues = IssuePairOut(many=True)
    schema_changes = SchemaChangeOut(source="schema", many=True)


class AcceptanceIn(serializers.Serializer):
    """Until when a finding takes nothing, and why."""

    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500)


class AcceptanceOut(serializers.ModelSerializer):
    """A finding that is accepted for a while; ``name`` is that of the suite's rule, if it is one."""

    class Meta:
        model = AcceptedIssue
        fields = ("rule", "name", "column", "until", "reason", "created_at")
        read_only_fields = fields


class SuggestionOut(serializers.Serializer):
    """Rules that the examined version keeps, as a list and as YAML: a start for a suite."""

    rules = serializers.ListField(child=serializers.JSONField())
    text = serializers.CharField()
