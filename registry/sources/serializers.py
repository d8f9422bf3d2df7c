"""What goes in and out over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.api.strict import StrictSerializer
from registry.uploads.serializers import DigestIn

from .models import DataImport, DataSource


class DataSourceOut(serializers.ModelSerializer):
    class Meta:
        model = DataSource
        fields = ("id", "name", "kind")
        read_only_fields = fields


class SourceObjectOut(serializers.Serializer):
    key = serializers.CharField()
    size = serializers.IntegerField()
    tag = serializers.CharField(help_text="Sent with an import, it refuses an object that has changed since.")


class DataImportIn(StrictSerializer):
    source = serializers.CharField(max_length=40, help_text="Name of a data source that your role may read.")
    key = serializers.CharField(max_length=1024, trim_whitespace=False, help_text="Below the prefix of the source.")
    tag = serializers.CharField(max_length=300, required=False, default="", help_text="As the list of objects has it.")
    digest = DigestIn(required=False, help_text="Of the object, in hexadecimal digits.")
    subject_column = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)


class DataImportOut(serializers.ModelSerializer):
    # Text, with the words in the help: these names are fields of many resources.
    source = serializers.CharField(source="source.name", read_only=True)
    dataset = serializers.CharField(source="dataset.name", read_only=True)
    state = serializers.CharField(source="shown_state", read_only=True, help_text="As that of a job.")
    version = serializers.SerializerMethodField(help_text="Number of the version that came of it.")

    class Meta:
        model = DataImport
        fields = (
            "id", "dataset", "source", "key", "size", "tag", "state", "failure", "version", "job", "created_at",
            "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_version(self, row: DataImport) -> Any:
        return None if row.version is None else row.version.number
