"""What goes in and out over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .models import UploadSession


class DigestIn(serializers.Serializer):
    sha256 = serializers.CharField(required=False, allow_blank=True, max_length=64)
    sha512 = serializers.CharField(required=False, allow_blank=True, max_length=128)


class UploadIn(serializers.Serializer):
    """All of it may also stand in headers: ``Upload-Length``, ``Repr-Digest`` and ``Content-Disposition``."""

    file_name = serializers.CharField(max_length=255, required=False)
    length = serializers.IntegerField(required=False, allow_null=True, help_text="Bytes of the whole file.")
    digest = DigestIn(required=False, help_text="Of the whole file, in hexadecimal digits.")


class MadeVersionOut(serializers.Serializer):
    model = serializers.CharField(required=False)
    dataset = serializers.CharField(required=False)
    version = serializers.IntegerField()


class ExpectedDigestOut(serializers.Serializer):
    sha256 = serializers.CharField(allow_null=True)
    sha512 = serializers.CharField(allow_null=True)


class UploadOut(serializers.ModelSerializer):
    digest = serializers.SerializerMethodField()
    made = serializers.SerializerMethodField(help_text="The version that came of it.")

    class Meta:
        model = UploadSession
        fields = ("id", "file_name", "state", "length", "offset", "digest", "made", "created_at", "expires_at")
        read_only_fields = fields

    @extend_schema_field(ExpectedDigestOut)
    def get_digest(self, session: UploadSession) -> dict[str, str | None]:
        return {"sha256": session.sha256 or None, "sha512": session.sha512 or None}

    @extend_schema_field(MadeVersionOut(allow_null=True))
    def get_made(self, session: UploadSession) -> dict[str, Any] | None:
        if session.model_version is not None:
            return {"model": session.model_version.model.name, "version": session.model_version.number}
        if session.dataset_version is not None:
            return {"dataset": session.dataset_version.dataset.name, "version": session.dataset_version.number}
        return None


class SentKeyIn(serializers.Serializer):
    """The data key of an upload that the sender sealed, wrapped for the portal."""

    recipient = serializers.UUIDField(help_text="key_id of the key that it is wrapped for.")
    key = serializers.CharField(max_length=400, help_text="Base64.")


class NamedFileIn(serializers.Serializer):
    path = serializers.CharField(max_length=4000, trim_whitespace=False, help_text="Relative, with slashes.")
    upload = serializers.UUIDField()
    sealed = SentKeyIn(required=False)


class FromUploadIn(serializers.Serializer):
    """A version of what was uploaded before."""

    upload = serializers.UUIDField()
    sealed = SentKeyIn(required=False)


class TableFromUploadsIn(serializers.Serializer):
    """A dataset version of one upload, or of several whose rows follow each other in the order of their paths."""

    upload = serializers.UUIDField(required=False)
    sealed = SentKeyIn(required=False, help_text="Of an upload that the sender sealed.")
    files = NamedFileIn(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("upload") is None) == (not attrs.get("files")):
            raise serializers.ValidationError("Name one upload, or the parts of the table, each with its upload.")
        return attrs


class ModelFromUploadsIn(serializers.Serializer):
    """A model version of one upload, or of several that become the files of a directory."""

    upload = serializers.UUIDField(required=False)
    sealed = SentKeyIn(required=False, help_text="Of an upload that the sender sealed.")
    files = NamedFileIn(many=True, required=False)
    metrics = serializers.JSONField(required=False, help_text='{"auc": 0.93}')
    parameters = serializers.JSONField(required=False, help_text="An object; stored encrypted.")
    tags = serializers.JSONField(required=False, help_text='{"team": "search"} or ["nightly"]')
    datasets = serializers.JSONField(required=False, help_text='[{"dataset": "flights", "version": 1}]')
    source_commit = serializers.CharField(required=False, allow_blank=True, max_length=100)
    run_reference = serializers.CharField(required=False, allow_blank=True, max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("upload") is None) == (not attrs.get("files")):
            raise serializers.ValidationError("Name one upload, or the files of a directory, each with its upload.")
        if attrs.get("sealed") and attrs.get("files"):
            raise serializers.ValidationError("Each file of a directory has a key of its own; send it beside the file.")
        return attrs
