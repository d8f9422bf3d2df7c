"""What goes in and out over REST. Fields are listed one by one: a new column is not published by accident."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from modelops.crypto.stream import DIGESTS
from modelops.lib.fixed_queries import related

from .api.strict import StrictSerializer
from .formats import label_of
from .lineage import missing_origin, newest_models
from .models import ArtifactCopy, Dataset, DatasetVersion, ModelVersion, RegisteredModel, RiskClass
from .ranking.directions import offered_metrics
from .ranking.drift_checks import offered_drift_checks
from .representations import model_shown, model_values, version_shown, version_values
from .scanning.engine import RULES
from .scanning.serializers import ScanOut


class RegisteredModelIn(StrictSerializer):
    name = serializers.CharField(max_length=1000, trim_whitespace=False, help_text="Letters, digits, '.', '-', '_'.")
    # Any text: the service refuses an unknown type with a code of its own.
    task_type = serializers.CharField(max_length=1000)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    purpose = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    risk_class = serializers.CharField(
        max_length=100, required=False, default=RiskClass.UNCLASSIFIED.value, help_text=", ".join(RiskClass.values)
    )


# When a row was made, and, for one that is deleted, since when and until when it can be restored.
_DELETION = ("deleted_at", "purge_after", "deletion_reason")
_DATES = ("created_at", "changed_at", *_DELETION)


class RegisteredModelOut(serializers.ModelSerializer):
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True, read_only=True)
    has_access_code = serializers.BooleanField(read_only=True)
    latest_version = serializers.IntegerField(source="latest_number", allow_null=True, read_only=True, default=None)
    # Text, with the words in the help: an enumeration of its own is not needed to read it.
    risk_class = serializers.CharField(read_only=True, help_text=", ".join(RiskClass.values))
    offered_metrics = serializers.SerializerMethodField(help_text="What is usual to measure for the task.")
    offered_drift_checks = serializers.SerializerMethodField(help_text="What is usual to compare for the task.")

    class Meta:
        model = RegisteredModel
        fields = (
            "id", "name", "task_type", "description", "purpose", "risk_class", "owner", "latest_version",
            "is_restricted", "needs_step_up", "has_access_code", "primary_metric", "metric_directions",
            "offered_metrics", "offered_drift_checks", *_DATES,
        )  # fmt: skip
        read_only_fields = fields

    def get_offered_metrics(self, model: RegisteredModel) -> list[str]:
        return list(offered_metrics(model.task_type))

    def get_offered_drift_checks(self, model: RegisteredModel) -> list[str]:
        return list(offered_drift_checks(model.task_type))

    def to_representation(self, model: RegisteredModel | dict[str, Any]) -> dict[str, Any]:
        """The fields above; a list gives what it has read already."""
        shown = model if isinstance(model, dict) else model_shown(model_values(model))
        task = shown["task_type"]
        offered = {"offered_metrics": offered_metrics(task), "offered_drift_checks": offered_drift_checks(task)}
        return {**shown, **{name: list(names) for name, names in offered.items()}}


class DatasetIn(StrictSerializer):
    name = serializers.CharField(max_length=1000, trim_whitespace=False, help_text="Letters, digits, '.', '-', '_'.")
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class DatasetOut(serializers.ModelSerializer):
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True, read_only=True)
    latest_version = serializers.IntegerField(source="latest_number", allow_null=True, read_only=True, default=None)

    class Meta:
        model = Dataset
        fields = ("id", "name", "description", "owner", "latest_version", "is_restricted", "created_at", *_DELETION)
        read_only_fields = fields


class DigestOut(serializers.Serializer):
    sha256 = serializers.CharField()
    sha512 = serializers.CharField(allow_null=True)


class NamedDigestOut(serializers.Serializer):
    algorithm = serializers.ChoiceField(choices=DIGESTS)
    digest = serializers.CharField(help_text="Hexadecimal digits, of the plaintext.")


class DatasetReferenceOut(serializers.Serializer):
    dataset = serializers.CharField(source="dataset.name")
    version = serializers.IntegerField(source="number")


class ModelReferenceOut(serializers.Serializer):
    model = serializers.CharField(source="model.name")
    version = serializers.IntegerField(source="number")


class ModelVersionIn(serializers.Serializer):
    """The form of an upload. Metrics, parameters and tags are JSON objects, or repeated ``name=value`` fields."""

    file = serializers.FileField()
    metrics = serializers.CharField(required=False, help_text='{"auc": 0.93}')
    parameters = serializers.CharField(required=False, help_text="A JSON object; stored encrypted.")
    tags = serializers.CharField(required=False, help_text='{"team": "search"} or ["nightly"]')
    datasets = serializers.CharField(required=False, help_text='[{"dataset": "flights", "version": 1}]')
    source_commit = serializers.CharField(required=False, help_text="Of the code that trained it: 762c550.")
    run_reference = serializers.CharField(required=False, help_text="Id or address of the run that trained it.")


class StoredCopyOut(serializers.ModelSerializer):
    location = serializers.CharField(source="location.name", read_only=True)

    class Meta:
        model = ArtifactCopy
        fields = ("location", "state")
        read_only_fields = fields


class FileOut(serializers.ModelSerializer):
    """What model versions and dataset versions have in common: a sealed file."""

    version = serializers.IntegerField(source="number", read_only=True)
    digest = serializers.SerializerMethodField()
    digests = serializers.SerializerMethodField()
    size = serializers.IntegerField(source="artifact.size", read_only=True)
    file_name = serializers.CharField(source="artifact.file_name", read_only=True)
    cipher = serializers.CharField(source="artifact.cipher", read_only=True)
    codec = serializers.CharField(source="artifact.codec", read_only=True)
    stored_size = serializers.IntegerField(source="artifact.stored_size", read_only=True, allow_null=True)
    ratio = serializers.FloatField(source="artifact.ratio", read_only=True, allow_null=True)
    key_id = serializers.UUIDField(source="artifact.key_id", read_only=True, allow_null=True)
    key_version = serializers.IntegerField(source="artifact.key_version", read_only=True)
    verified_at = serializers.DateTimeField(source="artifact.verified_at", read_only=True, allow_null=True)
    locations = StoredCopyOut(source="artifact.copies", many=True, read_only=True)

    @extend_schema_field(DigestOut)
    def get_digest(self, version: Any) -> dict[str, str | None]:
        return {"sha256": version.artifact.sha256, "sha512": version.artifact.sha512 or None}

    @extend_schema_field(NamedDigestOut(many=True))
    def get_digests(self, version: Any) -> list[dict[str, str]]:
        found = [(name, getattr(version.artifact, name)) for name in DIGESTS]
        return [{"algorithm": name, "digest": digest} for name, digest in found if digest]


_FILE_FIELDS = (
    "digest", "digests", "size", "file_name", "cipher", "codec", "stored_size", "ratio", "key_id", "key_version",
    "locations", "verified_at", "created_at", *_DELETION,
)  # fmt: skip


class ModelVersionOut(FileOut):
    model = serializers.CharField(source="model.name", read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes of the file, or of all files of a directory.")
    file_count = serializers.IntegerField(read_only=True)
    is_directory = serializers.BooleanField(
        read_only=True, help_text="Several files: digest and file_name are those of their manifest; see files/."
    )
    format = serializers.CharField(source="file_format", read_only=True)
    format_label = serializers.SerializerMethodField()
    metrics = serializers.DictField(child=serializers.FloatField(), read_only=True)
    tags = serializers.DictField(child=serializers.CharField(), read_only=True)
    datasets = DatasetReferenceOut(many=True, read_only=True)
    scan = ScanOut(source="artifact.inspection", read_only=True, allow_null=True, default=None)
    lineage = serializers.SerializerMethodField(help_text="complete, or incomplete: no source commit or no dataset.")

    class Meta:
        model = ModelVersion
        fields = (
            "id", "model", "version", "state", "scan", "format", "format_label", "is_directory", "file_count",
            "metrics", "tags", "datasets", "source_commit", "run_reference", "lineage", *_FILE_FIELDS,
        )  # fmt: skip
        read_only_fields = fields

    def get_format_label(self, version: ModelVersion) -> str:
        return label_of(version.file_format)

    def get_lineage(self, version: ModelVersion) -> str:
        # Deleted datasets count too, and those that the reader may not see: the link is there.
        return "incomplete" if missing_origin(version) else "complete"

    def to_representation(self, version: ModelVersion | dict[str, Any]) -> dict[str, Any]:
        """The fields above; a list gives what it has shown already."""
        return version if isinstance(version, dict) else shown_version(version)


def shown_version(version: ModelVersion) -> dict[str, Any]:
    """What `ModelVersionOut` says of ``version``."""
    datasets, copies = related(version, "datasets"), related(version.artifact, "copies")
    return version_shown(
        version_values(version),
        datasets=[{"dataset": one.dataset.name, "version": one.number} for one in datasets],
        locations=[{"location": one.location.name, "state": one.state} for one in copies],
        is_traced="dataset" not in missing_origin(version),
        rules=RULES,
    )


class DatasetVersionIn(serializers.Serializer):
    """The form of an upload."""

    file = serializers.FileField(help_text="CSV, Parquet, Arrow or JSON Lines.")


class ColumnOut(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField()
    nulls = serializers.IntegerField()
    personal = serializers.CharField(
        required=False, help_text="What name and first values seem to say about people; left out where they do not."
    )


class DatasetVersionOut(FileOut):
    dataset = serializers.CharField(source="dataset.name", read_only=True)
    state = serializers.SerializerMethodField()
    format = serializers.CharField(source="file_format", read_only=True)
    schema = ColumnOut(many=True, read_only=True)
    model_versions = serializers.SerializerMethodField(help_text="The newest 200; lineage/ gives all.")

    class Meta:
        model = DatasetVersion
        fields = (
            "id",
            "dataset",
            "version",
            "state",
            "format",
            "rows",
            "columns",
            "schema",
            "model_versions",
            *_FILE_FIELDS,
        )
        read_only_fields = fields

    @extend_schema_field(ModelReferenceOut(many=True))
    def get_model_versions(self, version: DatasetVersion) -> Any:
        return ModelReferenceOut(newest_models(version), many=True).data

    def get_state(self, version: DatasetVersion) -> str:
        # A table holds no code: it is ready as soon as every row of it was read.
        return "ready"


class CheckOut(serializers.Serializer):
    name = serializers.CharField()
    passed = serializers.BooleanField(allow_null=True, help_text="Null: could not be looked at.")
    text = serializers.CharField()


class VerificationOut(serializers.Serializer):
    verified = serializers.BooleanField(source="is_sound")
    sha256 = serializers.CharField(allow_null=True)
    sha512 = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    bad_segment = serializers.IntegerField(allow_null=True, help_text="The first that does not open, from 0.")
    duration_s = serializers.FloatField()
    tool = serializers.CharField()
    checks = CheckOut(many=True)


class ParametersOut(serializers.Serializer):
    parameters = serializers.DictField()
