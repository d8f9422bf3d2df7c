"""What the REST interface takes and gives about drift."""

from rest_framework import serializers

from dataquality.serializers import VersionReferenceIn
from monitoring.models import DriftFeature, DriftRun
from monitoring.monitors.models import RunSegment


class DriftRunIn(serializers.Serializer):
    """Two dataset versions: the reference is what the model learned from, the current one what it meets now."""

    reference = VersionReferenceIn()
    current = VersionReferenceIn()
    alpha = serializers.FloatField(required=False, min_value=1e-12, max_value=0.5)
    minimum_effect = serializers.FloatField(required=False, min_value=0, max_value=1)


class VersionReferenceOut(serializers.Serializer):
    """A dataset's name and a version's number."""

    dataset = serializers.CharField(source="dataset.name")
    version = serializers.IntegerField(source="number")


class DriftFeatureOut(serializers.ModelSerializer):
    """One feature; ``reason`` says why statistic and p-value are null, and is empty otherwise."""

    class Meta:
        model = DriftFeature
        fields = (
            "name",
            "drifted",
            "method",
            "statistic",
            "p_value",
            "adjusted_p_value",
            "sign",
            "is_significant",
            "is_large_enough",
            "n_reference",
            "n_current",
            "dropped_reference",
            "dropped_current",
            "measures",
            "importance",
            "reason",
        )
        read_only_fields = fields


class SegmentFeatureOut(serializers.Serializer):
    """One feature within a segment; where it could not be compared only name and ``reason``."""

    name = serializers.CharField()
    drifted = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    method = serializers.CharField(required=False)
    statistic = serializers.FloatField(required=False)
    p_value = serializers.FloatField(required=False)
    adjusted_p_value = serializers.FloatField(required=False)
    sign = serializers.IntegerField(required=False)
    n_reference = serializers.IntegerField(required=False)
    n_current = serializers.IntegerField(required=False)
    psi = serializers.FloatField(required=False, allow_null=True)
    nulls_difference = serializers.FloatField(required=False, allow_null=True)
    nulls_p_value = serializers.FloatField(required=False, allow_null=True)


class DriftSegmentOut(serializers.ModelSerializer):
    """The rows of one value of a column; ``reason`` says why nothing is told of them, and is empty otherwise."""

    features = SegmentFeatureOut(many=True)

    class Meta:
        model = RunSegment
        fields = ("column", "value", "drifted", "reason", "n_reference", "n_current", "features")
        read_only_fields = fields


class DriftRunRowOut(serializers.ModelSerializer):
    """A run in a list; ``drifted`` is null until it has ended."""

    reference = VersionReferenceOut()
    current = VersionReferenceOut(allow_null=True)
    pushed = serializers.CharField(source="pushed_name", help_text="The sketch that was pushed in place of current.")
    state = serializers.CharField(source="shown_state")
    job = serializers.UUIDField(source="job_id", allow_null=True)

    class Meta:
        model = DriftRun
        fields = (
            "id",
            "reference",
            "current",
            "pushed",
            "state",
            "drifted",
            "statistic",
            "alpha",
            "minimum_effect",
            "features_compared",
            "features_drifted",
            "failure",
            "job",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields


class DriftRunOut(DriftRunRowOut):
    """A run with its features, in the order of the reference's columns."""

    features = DriftFeatureOut(many=True)
    segments = DriftSegmentOut(many=True)

    class Meta(DriftRunRowOut.Meta):
        fields = (*DriftRunRowOut.Meta.fields, "features", "segments")
        read_only_fields = fields
