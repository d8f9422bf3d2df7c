"""What the REST interface takes and gives about metric series."""

from rest_framework import serializers

from registry.api.strict import StrictSerializer

from .models import Series
from .receiving import ON_DUPLICATE, REPLACE


class PointIn(StrictSerializer):
    """One value of one metric."""

    name = serializers.CharField(max_length=100)
    value = serializers.FloatField()
    at = serializers.DateTimeField(required=False, help_text="When it was measured; now without it.")
    step = serializers.IntegerField(required=False, min_value=0, help_text="Step or epoch of a training.")
    segment = serializers.CharField(required=False, max_length=100, help_text="Part of the data that it is about.")
    unit = serializers.CharField(required=False, max_length=20)


class MetricPointsIn(StrictSerializer):
    """Points of a deployed version, or of a training run."""

    model = serializers.CharField(max_length=100)
    version = serializers.IntegerField(required=False, min_value=1)
    run = serializers.CharField(required=False, max_length=250, help_text="The training that the points are of.")
    on_duplicate = serializers.ChoiceField(
        ON_DUPLICATE, required=False, default=REPLACE, help_text="For another value of a point that is there."
    )
    points = PointIn(many=True)


class TakenOut(serializers.Serializer):
    """What became of the points."""

    points = serializers.IntegerField(help_text="New or changed.")
    ignored = serializers.IntegerField(help_text="There already, with the same value.")
    series = serializers.IntegerField()


class SeriesOut(serializers.ModelSerializer):
    """One metric over time, with its newest value."""

    model = serializers.CharField(source="model.name")
    version = serializers.IntegerField(source="version.number", default=None, allow_null=True)

    class Meta:
        model = Series
        fields = (
            "id", "model", "version", "run", "name", "segment", "unit", "direction", "points_count", "last_at",
            "last_step", "last_value",
        )  # fmt: skip
        read_only_fields = fields


class PointOut(serializers.Serializer):
    """One value."""

    at = serializers.DateTimeField()
    step = serializers.IntegerField()
    value = serializers.FloatField()


class SeriesPointsOut(SeriesOut):
    """A series with its newest points, in the order of time."""

    points = PointOut(many=True, source="newest")

    class Meta(SeriesOut.Meta):
        fields = (*SeriesOut.Meta.fields, "points")
        read_only_fields = fields
