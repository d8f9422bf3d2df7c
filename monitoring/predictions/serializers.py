"""What the REST interface takes and gives about predictions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.api.strict import StrictSerializer

from .models import PredictionBatch


class PredictionRowIn(StrictSerializer):
    """One prediction, for the document: rows are checked by columns, ten thousand at once."""

    id = serializers.CharField(required=False, max_length=100, help_text="Under which ground truth will name it.")
    at = serializers.DateTimeField(required=False, help_text="When it was made; the time of arrival without it.")
    features = serializers.DictField(
        required=False, help_text="By name: a number, a text (a category), null, or a list of numbers. Stored sealed."
    )
    prediction = serializers.JSONField(required=False, help_text="A number or a label.")
    probability = serializers.FloatField(
        required=False, min_value=0, max_value=1, help_text="How sure the model was of what it predicted."
    )
    latency_ms = serializers.FloatField(required=False, min_value=0)
    error = serializers.CharField(required=False, max_length=60, help_text="Class of the error, such as Timeout.")
    subject = serializers.CharField(
        required=False, max_length=254, help_text="Whom it is about: an address or a reference. Stored sealed."
    )


class SketchIn(StrictSerializer):
    """Counts of a batch's features in the bins of a drift monitor, as the portal's client makes them."""

    monitor = serializers.UUIDField()
    profile = serializers.UUIDField(help_text="Of the bins that were counted in.")
    rows = serializers.IntegerField(min_value=0)
    columns = serializers.DictField(
        child=serializers.JSONField(),
        help_text="By name: counts (null where a bin is told with the next) or categories and other; and missing.",
    )


class PredictionsIn(StrictSerializer):
    """A batch of one version's predictions."""

    model = serializers.CharField(max_length=100)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    batch_id = serializers.CharField(max_length=100, help_text="Yours: the same batch is taken once.")
    rows = PredictionRowIn(many=True, required=False, help_text="The predictions; or else a sketch.")
    sketch = SketchIn(required=False)


class LabelIn(StrictSerializer):
    """What turned out to be true of one prediction."""

    id = serializers.CharField(max_length=100, help_text="The id that the prediction was sent with.")
    label = serializers.JSONField(help_text="A number or a label, of the kind of the prediction.")
    observed_at = serializers.DateTimeField(required=False, help_text="When it became known; now without it.")
    is_correction = serializers.BooleanField(
        required=False, default=False, help_text="It counts in place of another label; without this it contradicts it."
    )


class GroundTruthIn(StrictSerializer):
    """A batch of labels for a model's predictions, of any version."""

    model = serializers.CharField(max_length=100)
    batch_id = serializers.CharField(max_length=100, help_text="Yours: the same batch is taken once.")
    labels = LabelIn(many=True)


class TruthBatchOut(serializers.ModelSerializer):
    """A batch of labels that was taken."""

    batch_id = serializers.CharField(source="client_id")
    model = serializers.CharField(source="model.name")
    ignored = serializers.IntegerField(help_text="Labels that were known already.")
    contradicted = serializers.IntegerField(help_text="Labels that another one contradicts; they do not count.")
    set_aside = serializers.SerializerMethodField(help_text="How many labels were not stored, see set_aside_labels.")
    set_aside_labels = serializers.ListField(
        child=serializers.IntegerField(),
        source="set_aside",
        help_text="Their places, from 0. Their predictions were set aside.",
    )

    class Meta:
        model = PredictionBatch
        fields = (
            "id", "batch_id", "model", "rows", "ignored", "contradicted", "received_at", "set_aside",
            "set_aside_labels",
        )  # fmt: skip
        read_only_fields = fields

    def get_set_aside(self, batch: PredictionBatch) -> int:
        """How many labels were not stored."""
        return len(batch.set_aside)


class BatchOut(serializers.ModelSerializer):
    """A batch that was taken."""

    batch_id = serializers.CharField(source="client_id")
    model = serializers.CharField(source="model.name")
    version = serializers.IntegerField(source="stream.version_number", allow_null=True, default=None)
    set_aside = serializers.SerializerMethodField(help_text="How many rows were not stored, see set_aside_rows.")
    set_aside_rows = serializers.ListField(
        child=serializers.IntegerField(),
        source="set_aside",
        help_text="Their places, from 0. The person objects to the processing, had it restricted or was erased.",
    )
    drift_run = serializers.SerializerMethodField(help_text="Of a sketch: the comparison that it started.")
    is_known_version = serializers.SerializerMethodField(help_text="False: the registry has no such version (yet).")

    class Meta:
        model = PredictionBatch
        fields = (
            "id", "batch_id", "model", "version", "is_known_version", "rows", "errors", "first_at", "last_at",
            "received_at", "set_aside", "set_aside_rows", "drift_run",
        )  # fmt: skip
        read_only_fields = fields

    def get_set_aside(self, batch: PredictionBatch) -> int:
        """How many rows were not stored."""
        return len(batch.set_aside)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_drift_run(self, batch: Any) -> Any:
        """Known to the request that brought the sketch."""
        return getattr(batch, "drift_run", None)

    def get_is_known_version(self, batch: Any) -> bool:
        """Whether the registry knows the version."""
        return batch.stream is not None and batch.stream.version_id is not None
