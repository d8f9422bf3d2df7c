"""What the REST interface takes and gives about quality."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dataquality.models import QualityIssue, QualityRun

MAX_VERSION = 2**31 - 1  # what the column holds; a larger number is a slip and not a server error


class VersionReferenceIn(serializers.Serializer):
    """A dataset's name and the number of one of its versions."""

    dataset = serializers.CharField(max_length=100)
    version = serializers.IntegerField(min_value=1, max_value=MAX_VERSION)


class QualityRunIn(VersionReferenceIn):
    """What to examine; without a suite the only one of the dataset counts."""

    suite = serializers.CharField(max_length=80, required=False, help_text="Name of a rule suite of the dataset.")
    training_run = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="The training that the data is for."
    )
    epoch = serializers.IntegerField(min_value=0, max_value=MAX_VERSION, required=False, default=None, allow_null=True)


class RunAcceptedOut(serializers.Serializer):
    """A run that was accepted: where to read it and the job that does it."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()
    state = serializers.CharField()


class DimensionOut(serializers.Serializer):
    """One line of the arithmetic; numbers are exact text."""

    dimension = serializers.CharField()
    weight = serializers.CharField()
    examined = serializers.IntegerField()
    unit = serializers.CharField()
    score = serializers.CharField()
    deduction = serializers.CharField()


class QualityIssueOut(serializers.ModelSerializer):
    """One issue. ``column`` is null for the table as a whole; rows are counted from 1."""

    column = serializers.SerializerMethodField()
    dimension = serializers.CharField(help_text="completeness, uniqueness, validity, consistency or outliers")
    severity = serializers.CharField(help_text="info, warning or critical")
    share = serializers.FloatField()

    class Meta:
        model = QualityIssue
        fields = (
            "position",
            "dimension",
            "rule",
            "column",
            "severity",
            "count",
            "of",
            "share",
            "deduction",
            "message",
            "first_rows",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_column(self, issue: QualityIssue) -> str | None:
        """The column's name."""
        return issue.column or None


class QualityRunRowOut(serializers.ModelSerializer):
    """A run in a list."""

    dataset = serializers.CharField(source="dataset_version.dataset.name")
    version = serializers.IntegerField(source="dataset_version.number")
    state = serializers.CharField(source="shown_state")
    score = serializers.FloatField(allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)

    class Meta:
        model = QualityRun
        fields = (
            "id",
            "dataset",
            "version",
            "state",
            "score",
            "issue_count",
            "failure",
            "training_run",
            "epoch",
            "job",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields


class RuleOutcomeOut(serializers.Serializer):
    """How the data stands to one rule of the suite."""

    name = serializers.CharField()
    rule = serializers.CharField()
    level = serializers.CharField(help_text="warn or fail")
    passed = serializers.BooleanField(help_text="Also within the share that the rule tolerates.")
    snoozed = serializers.BooleanField()
    count = serializers.IntegerField()
    of = serializers.IntegerField()


class QualityRunOut(QualityRunRowOut):
    """A run with its arithmetic and issues; ``score`` is 100 minus the deductions of the issues."""

    dimensions = DimensionOut(many=True)
    issues = QualityIssueOut(many=True)
    outcomes = RuleOutcomeOut(many=True)

    class Meta(QualityRunRowOut.Meta):
        fields = (*QualityRunRowOut.Meta.fields, "dimensions", "issues", "outcomes")
        read_only_fields = fields
