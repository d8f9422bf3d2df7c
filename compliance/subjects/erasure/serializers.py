"""What the REST interface tells of erasures. No answer ever says who it is about."""

from rest_framework import serializers

from ..models import Decision, ErasurePlan, ErasureStep, LegalHold, ModelImpact


class ErasureStepOut(serializers.ModelSerializer):
    """One part."""

    class Meta:
        model = ErasureStep
        fields = ["position", "provider", "label", "action", "rows", "state", "erased", "reason", "recheck_on"]
        read_only_fields = fields


class ModelImpactOut(serializers.ModelSerializer):
    """A model that learnt from the person."""

    target = serializers.CharField(source="target_id", read_only=True)
    live_at = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ModelImpact
        fields = ["target", "label", "via", "stage", "live_at", "decision"]
        read_only_fields = fields


class ErasurePlanOut(serializers.ModelSerializer):
    """An erasure with its parts and the models that learnt from the person."""

    steps = ErasureStepOut(many=True, read_only=True)
    models = ModelImpactOut(source="impacts", many=True, read_only=True)
    job = serializers.UUIDField(source="job_id", read_only=True, allow_null=True)

    class Meta:
        model = ErasurePlan
        fields = [
            "id",
            "state",
            "planned_at",
            "approved_at",
            "finished_at",
            "fingerprint",
            "failure",
            "job",
            "steps",
            "models",
        ]
        read_only_fields = fields


class DecisionIn(serializers.Serializer):
    """What happens to one model, or to all of them."""

    target = serializers.CharField(max_length=100, help_text='Id of the model version, or "all".')
    decision = serializers.CharField(max_length=20, help_text=", ".join(Decision.values))


class HoldIn(serializers.Serializer):
    """What the law keeps."""

    data_class = serializers.CharField(max_length=100, help_text="Key of the data class, as the preview names it.")
    basis = serializers.CharField(max_length=300, help_text="The law or duty.")
    recheck_on = serializers.DateField(help_text="When somebody looks again.")
    everybody = serializers.BooleanField(default=False, help_text="For the whole class, not for this person alone.")


class LegalHoldOut(serializers.ModelSerializer):
    """A hold."""

    class Meta:
        model = LegalHold
        fields = ["id", "data_class", "basis", "recheck_on", "set_at", "lifted_at"]
        read_only_fields = fields


class PartOut(serializers.Serializer):
    """A file with rows of the person."""

    key = serializers.CharField()
    label = serializers.CharField()
    rows = serializers.IntegerField()


class PlaceOut(serializers.Serializer):
    """Rows of one class."""

    data_class = serializers.CharField()
    label = serializers.CharField()
    rows = serializers.IntegerField()
    parts = PartOut(many=True)


class InfluencedOut(serializers.Serializer):
    """A model that was trained on rows of the person."""

    target = serializers.CharField(source="target_id")
    label = serializers.CharField()
    via = serializers.CharField()
    stage = serializers.CharField()
    live_at = serializers.ListField(child=serializers.CharField())


class PersonPlacesOut(serializers.Serializer):
    """Where the person is known."""

    rows = serializers.IntegerField()
    places = PlaceOut(many=True)
    models = InfluencedOut(many=True)
