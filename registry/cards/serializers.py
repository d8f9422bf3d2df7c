"""What goes in and out over REST about cards."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.api.strict import StrictSerializer

from .models import CardRevision, Explanation


class CardIn(StrictSerializer):
    fields = serializers.JSONField(help_text='All of the card: {"intended_use": "…"}.')  # type: ignore[assignment]
    base = serializers.IntegerField(
        required=False, min_value=0, help_text="The revision you began from; 409 when there is a newer one."
    )


class GapOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()


class RevisionOut(serializers.ModelSerializer):
    revision = serializers.IntegerField(source="number", read_only=True)
    author = serializers.CharField(source="author.username", default=None, allow_null=True, read_only=True)
    risk_class = serializers.CharField(read_only=True, help_text="Of the model when this was written.")
    content = serializers.DictField(read_only=True)

    class Meta:
        model = CardRevision
        fields = ("revision", "risk_class", "author", "created_at", "content")
        read_only_fields = fields


class CardOut(serializers.Serializer):
    model = serializers.CharField()
    risk_class = serializers.CharField()
    revision = serializers.IntegerField(help_text="0: nobody has written one.")
    content = serializers.DictField()
    complete = serializers.BooleanField()
    required = serializers.IntegerField(help_text="How much the risk class asks for.")
    missing = GapOut(many=True)


class ChangedLineOut(serializers.Serializer):
    change = serializers.CharField(help_text="same, added or removed.")
    text = serializers.CharField()


class ChangeOut(serializers.Serializer):
    key = serializers.CharField(source="field.key")
    label = serializers.CharField(source="field.label")
    lines = serializers.SerializerMethodField()

    @extend_schema_field(ChangedLineOut(many=True))
    def get_lines(self, change: object) -> list[dict[str, str]]:
        return [{"change": what, "text": text} for what, text in change.lines]  # type: ignore[attr-defined]


class DifferenceOut(serializers.Serializer):
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    changes = ChangeOut(many=True)


class FeatureOut(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.FloatField()


class ExplanationIn(serializers.Serializer):
    method = serializers.CharField(required=False, help_text="SHAP, if none is named.")
    rows = serializers.IntegerField(required=False)
    features = FeatureOut(many=True)


class ExplanationOut(serializers.ModelSerializer):
    author = serializers.CharField(source="author.username", default=None, allow_null=True, read_only=True)
    features = FeatureOut(many=True, read_only=True)

    class Meta:
        model = Explanation
        fields = ("id", "method", "rows", "features", "author", "created_at")
        read_only_fields = fields
