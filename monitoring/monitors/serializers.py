"""What the REST interface takes and gives about drift monitors."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dataquality.serializers import VersionReferenceIn
from monitoring.drift.evaluation import ALPHA, MINIMUM_EFFECT, FeaturePolicy, Policy, SegmentPolicy
from monitoring.drift.serializers import DriftRunRowOut, VersionReferenceOut

from .models import AcceptedDrift, DriftMonitor, MonitorPolicy

MOST_FEATURES = 5000
# As many as `monitoring.drift.segments` tells apart, which loads Arrow.
MOST_SEGMENT_COLUMNS, MOST_SEGMENTS = 5, 50


class FeaturePolicyIn(serializers.Serializer):
    """What differs for one feature."""

    minimum_effect = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1)
    ignored = serializers.BooleanField(default=False)
    importance = serializers.FloatField(default=1.0, min_value=0, max_value=1e6)


class SegmentPolicyIn(serializers.Serializer):
    """What differs within one segment."""

    minimum_effect = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1)
    ignored = serializers.BooleanField(default=False)


class DriftPolicyIn(serializers.Serializer):
    """What counts as drift; ``features`` has what differs, by name of the feature, ``segments`` by column and value."""

    alpha = serializers.FloatField(default=ALPHA, min_value=1e-12, max_value=0.5)
    minimum_effect = serializers.FloatField(default=MINIMUM_EFFECT, min_value=0, max_value=1)
    minimum_share = serializers.FloatField(default=0.0, min_value=0, max_value=1)
    features = serializers.DictField(child=FeaturePolicyIn(), required=False)
    segments = serializers.DictField(child=serializers.DictField(child=SegmentPolicyIn()), required=False)

    def validate_features(self, value: dict[str, Any]) -> dict[str, Any]:
        """Not more than a table has columns."""
        if len(value) > MOST_FEATURES:
            raise serializers.ValidationError(f"Up to {MOST_FEATURES} features can be named.")
        return value

    def validate_segments(self, value: dict[str, Any]) -> dict[str, Any]:
        """Not more than a monitor tells apart."""
        if len(value) > MOST_SEGMENT_COLUMNS or any(len(told) > MOST_SEGMENTS for told in value.values()):
            raise serializers.ValidationError(
                f"Up to {MOST_SEGMENT_COLUMNS} columns with up to {MOST_SEGMENTS} values each can be named."
            )
        return value


def policy_of(data: dict[str, Any]) -> Policy:
    """The policy that was asked for."""
    own = {name: FeaturePolicy(**values) for name, values in data.get("features", {}).items()}
    within = {
        column: {value: SegmentPolicy(**said) for value, said in told.items()}
        for column, told in data.get("segments", {}).items()
    }
    return Policy(data["alpha"], data["minimum_effect"], data["minimum_share"], own, within)


class ModelReferenceIn(serializers.Serializer):
    """A model's name and a version's number."""

    name = serializers.CharField(max_length=100)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class MonitorIn(serializers.Serializer):
    """A monitor; without ``dataset`` it looks at later versions of the reference's own dataset."""

    name = serializers.CharField(max_length=100)
    reference = VersionReferenceIn()
    dataset = serializers.CharField(max_length=100, required=False)
    model = ModelReferenceIn(required=False)
    features = serializers.ListField(
        child=serializers.CharField(max_length=255), required=False, max_length=MOST_FEATURES
    )
    segments = serializers.ListField(
        child=serializers.CharField(max_length=255), required=False, max_length=MOST_SEGMENT_COLUMNS
    )
    wasserstein = serializers.BooleanField(default=False)
    every_s = serializers.IntegerField(required=False, allow_null=True, min_value=60, max_value=366 * 86_400)
    policy = DriftPolicyIn(required=False)
    why = serializers.CharField(max_length=500, default="First policy.")


class PolicyChangeIn(DriftPolicyIn):
    """Another policy and its reason; with ``only_test`` it is tried on the last runs and not saved."""

    why = serializers.CharField(max_length=500)
    only_test = serializers.BooleanField(default=False)


class AcceptIn(serializers.Serializer):
    """Drift of a feature that is known: why, and until when nobody has to hear of it."""

    feature = serializers.CharField(max_length=255)
    why = serializers.CharField(max_length=500)
    until = serializers.DateTimeField()


class BackTestOut(serializers.Serializer):
    """What a policy calls in the last runs, and what was called."""

    runs = serializers.IntegerField()
    would_alert = serializers.IntegerField()
    did_alert = serializers.IntegerField()
    run_ids = serializers.ListField(child=serializers.UUIDField())


class MonitorPolicyOut(serializers.ModelSerializer):
    """A policy that a monitor has or had."""

    class Meta:
        model = MonitorPolicy
        fields = ("number", "policy", "why", "back_test", "created_at")
        read_only_fields = fields


class PolicyAnswerOut(serializers.Serializer):
    """The back-test, and the policy where it was saved."""

    saved = MonitorPolicyOut(allow_null=True)
    back_test = BackTestOut()


class AcceptedOut(serializers.ModelSerializer):
    """Accepted drift: ``effect`` is the size up to which nothing is told."""

    class Meta:
        model = AcceptedDrift
        fields = ("feature", "effect", "why", "until", "created_at")
        read_only_fields = fields


class MonitorRowOut(serializers.ModelSerializer):
    """A monitor in a list."""

    reference = VersionReferenceOut()
    dataset = serializers.CharField(source="dataset.name")
    model = serializers.CharField(source="model_version", allow_null=True)

    class Meta:
        model = DriftMonitor
        fields = (
            "id", "name", "reference", "dataset", "model", "features", "segments", "with_wasserstein", "every_s",
            "next_due_at", "is_enabled", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class MonitorOut(MonitorRowOut):
    """A monitor with its policy, what is accepted, and its newest runs."""

    policy = MonitorPolicyOut()
    accepted = AcceptedOut(many=True)
    runs = serializers.SerializerMethodField()

    class Meta(MonitorRowOut.Meta):
        fields = (*MonitorRowOut.Meta.fields, "policy", "accepted", "runs")  # type: ignore[assignment]
        read_only_fields = fields

    @extend_schema_field(DriftRunRowOut(many=True))
    def get_runs(self, monitor: DriftMonitor) -> Any:
        """The newest thirty."""
        rows = monitor.runs.select_related("run__reference__dataset", "run__current__dataset", "run__job")
        return DriftRunRowOut([row.run for row in rows.order_by("-id")[:30]], many=True).data
