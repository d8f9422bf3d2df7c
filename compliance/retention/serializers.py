"""Retention as the REST interface shows it."""

from rest_framework import serializers

from .classes import governed_by
from .models import PolicyChange, RetentionPolicy, RetentionRun


class RetentionPolicyOut(serializers.ModelSerializer):
    action = serializers.CharField()
    past_their_date = serializers.SerializerMethodField(help_text="Rows that a removal would deal with now.")

    class Meta:
        model = RetentionPolicy
        fields = (
            "data_class", "label", "days", "action", "basis", "archive_days", "held_at", "hold_reason", "changed_at",
            "past_their_date",
        )  # fmt: skip
        read_only_fields = fields

    def get_past_their_date(self, policy: RetentionPolicy) -> int:
        """Counted now."""
        return sum(handler.due() for handler in governed_by(policy.data_class))


class RetentionPreviewOut(serializers.Serializer):
    days = serializers.IntegerField()
    affected = serializers.IntegerField(help_text="Rows that would be past their date under this period.")


class RetentionChangeIn(serializers.Serializer):
    days = serializers.IntegerField(min_value=1)
    action = serializers.CharField(max_length=12, help_text="delete, anonymise or archive, as the class allows.")
    basis = serializers.CharField(max_length=400)
    archive_days = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    lifts_hold = serializers.BooleanField(required=False, default=False)


class RetentionChangeOut(serializers.ModelSerializer):
    action = serializers.CharField()
    state = serializers.CharField(help_text="waiting, approved, withdrawn or expired.")
    data_class = serializers.CharField(source="policy.data_class")

    class Meta:
        model = PolicyChange
        fields = (
            "id", "data_class", "days", "action", "basis", "archive_days", "lifts_hold", "affected", "state",
            "created_at", "expires_at", "decided_at",
        )  # fmt: skip
        read_only_fields = fields


class RetentionRunIn(serializers.Serializer):
    execute = serializers.BooleanField(required=False, default=False, help_text="Without it nothing is removed.")
    confirmation = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="REMOVE, for a removal."
    )


class RetentionRunOut(serializers.ModelSerializer):
    class Meta:
        model = RetentionRun
        fields = ("id", "is_executed", "started_at", "finished_at", "due", "removed", "lines")
        read_only_fields = fields
