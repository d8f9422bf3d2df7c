"""What goes in and out over REST about variants."""

from rest_framework import serializers

from .models import Variant


class VariantAsked(serializers.Serializer):
    """Have a variant derived."""

    kind = serializers.CharField(max_length=40, help_text="float16 or int8, as the format of the version allows.")
    options = serializers.DictField(
        child=serializers.BooleanField(), required=False, default=dict, help_text='{"allow_overflow": true}'
    )


class VariantIn(serializers.Serializer):
    """Upload a variant that a pipeline made."""

    file = serializers.FileField()
    name = serializers.CharField(required=False, help_text="The kind, if none is given.")
    kind = serializers.CharField(help_text="quantised, pruned, distilled, converted or other.")
    metrics = serializers.CharField(required=False, help_text='{"auc": 0.91}')
    tool = serializers.CharField(required=False, help_text="What made it, with version.")


class MetricsIn(serializers.Serializer):
    metrics = serializers.DictField(child=serializers.FloatField())


class MetricChangeOut(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.FloatField()
    parent = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True)


class VariantOut(serializers.ModelSerializer):
    model = serializers.CharField(source="version.model.name", read_only=True)
    parent = serializers.IntegerField(source="version.number", read_only=True, help_text="Number of the version.")
    origin = serializers.CharField(read_only=True, help_text="derived or uploaded.")
    state = serializers.CharField(read_only=True, help_text="queued, ready or failed.")
    size = serializers.IntegerField(source="artifact.size", allow_null=True, default=None, read_only=True)
    sha256 = serializers.CharField(source="artifact.sha256", allow_null=True, default=None, read_only=True)
    file_name = serializers.CharField(source="artifact.file_name", allow_null=True, default=None, read_only=True)
    size_ratio = serializers.FloatField(allow_null=True, read_only=True, help_text="Size as a part of the parent's.")
    metric_changes = MetricChangeOut(many=True, read_only=True)
    job = serializers.UUIDField(source="job_id", allow_null=True, read_only=True)

    class Meta:
        model = Variant
        fields = (
            "id", "model", "parent", "name", "kind", "origin", "state", "file_format", "file_name", "size", "sha256",
            "parent_sha256", "size_ratio", "metrics", "metric_changes", "options", "report", "tool", "duration_s",
            "failure", "job", "created_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields
