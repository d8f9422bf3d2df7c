"""Keys, requests and rotations as the REST interface shows them. No field holds anything of a key's material."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from modelops.crypto.dependents import dependents_of
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason

from .models import Action, Approval, Rotation, RotationFailure, RotationStep


class KeyOut(serializers.ModelSerializer):
    is_overdue = serializers.BooleanField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = KeyVersion
        fields = (
            "id", "name", "purpose", "version", "state", "owner", "fingerprint", "max_age_days", "is_overdue",
            "created_at", "activated_at", "due_at", "retired_at", "destroy_after", "destroyed_at",
        )  # fmt: skip
        read_only_fields = fields


class DependentOut(serializers.Serializer):
    label = serializers.CharField(help_text="Model and field, for example registry.Artifact.wrapped_key.")
    count = serializers.IntegerField(help_text="Counted up to 10,001.")
    runs_out = serializers.CharField(help_text="Why a rotation leaves these rows alone, and when they end.")


class KeyDetailOut(KeyOut):
    protects = serializers.SerializerMethodField()

    class Meta(KeyOut.Meta):
        fields = (*KeyOut.Meta.fields, "protects")
        read_only_fields = fields

    @extend_schema_field(DependentOut(many=True))
    def get_protects(self, key: KeyVersion) -> Any:
        """What needs the key."""
        return DependentOut(dependents_of(key), many=True).data


class KeyIn(serializers.Serializer):
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    name = serializers.CharField(max_length=100)
    owner = serializers.CharField(
        max_length=100, required=False, default="", help_text="A team or role; no person's name."
    )
    max_age_days = serializers.IntegerField(required=False, allow_null=True, default=None)


class KeyReasonIn(serializers.Serializer):
    reason = serializers.ChoiceField(choices=Reason.choices)


class KeyActionIn(KeyReasonIn):
    action = serializers.ChoiceField(choices=Action.choices)


class KeyRotateIn(KeyReasonIn):
    purpose = serializers.ChoiceField(choices=Purpose.choices)


class MaxAgeIn(serializers.Serializer):
    max_age_days = serializers.IntegerField()


class RateIn(serializers.Serializer):
    rate_limit = serializers.IntegerField(help_text="Rows a second; 0 is as fast as it goes.")


class ApprovalOut(serializers.ModelSerializer):
    key_name = serializers.CharField(source="key.name", read_only=True)

    class Meta:
        model = Approval
        fields = (
            "id", "action", "key", "key_name", "key_state", "reason", "state", "actor_ref", "second_ref", "created_at",
            "expires_at", "decided_at",
        )  # fmt: skip
        read_only_fields = fields


class RotationOut(serializers.ModelSerializer):
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Rotation
        fields = (
            "id", "purpose", "old_key", "new_key", "reason", "state", "message", "done", "failed", "total", "percent",
            "rate_limit", "job_id", "actor_ref", "second_ref", "created_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class RotationStepOut(serializers.ModelSerializer):
    class Meta:
        model = RotationStep
        fields = ("label", "total", "done", "failed", "is_done")
        read_only_fields = fields


class RotationFailureOut(serializers.ModelSerializer):
    class Meta:
        model = RotationFailure
        fields = ("label", "row", "message", "created_at")
        read_only_fields = fields


class RotationDetailOut(RotationOut):
    steps = RotationStepOut(many=True, read_only=True)
    failures = serializers.SerializerMethodField(help_text="The first 100 rows that could not be moved.")

    class Meta(RotationOut.Meta):
        fields = (*RotationOut.Meta.fields, "steps", "failures")
        read_only_fields = fields

    @extend_schema_field(RotationFailureOut(many=True))
    def get_failures(self, rotation: Rotation) -> Any:
        """Rows and why they were not moved."""
        return RotationFailureOut(rotation.failures.all()[:100], many=True).data
