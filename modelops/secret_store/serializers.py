"""What goes in and out over REST. A value goes in and never out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .models import StoredSecret
from .services import used_by


class SecretValueIn(serializers.Serializer):
    """A value to seal, or a reference to where it is read: one of the two."""

    value = serializers.CharField(
        required=False, default="", allow_blank=True, trim_whitespace=False, write_only=True, help_text="Never shown."
    )
    reference = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="env:NAME, file:PATH or vault:MOUNT/PATH#FIELD."
    )


class SecretIn(SecretValueIn):
    name = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")
    purpose = serializers.CharField(help_text="What it is for, in 1 to 200 characters.")


class SecretRowOut(serializers.ModelSerializer):
    """A secret in a list."""

    kind = serializers.CharField(read_only=True, help_text="sealed, env, file or vault.")
    state = serializers.SerializerMethodField(help_text='"set": a value or a reference is there. Never the value.')

    class Meta:
        model = StoredSecret
        fields = (
            "id",
            "name",
            "purpose",
            "kind",
            "reference",
            "state",
            "created_at",
            "set_at",
            "replaced_count",
            "last_used_at",
            "last_used_by",
        )
        read_only_fields = fields

    def get_state(self, secret: StoredSecret) -> str:
        return "set"


class SecretOut(SecretRowOut):
    """One secret, with what refers to it."""

    used_by = serializers.SerializerMethodField(help_text="What refers to the secret.")

    class Meta(SecretRowOut.Meta):
        fields = (*SecretRowOut.Meta.fields, "used_by")
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_used_by(self, secret: StoredSecret) -> list[Any]:
        return used_by(secret)
