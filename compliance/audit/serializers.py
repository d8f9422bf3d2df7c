"""What the REST interface says of ledger rows."""

from rest_framework import serializers

from .models import AuditEvent


class AuditEventOut(serializers.ModelSerializer):
    sentence = serializers.CharField(read_only=True)

    class Meta:
        model = AuditEvent
        fields = (
            "id",
            "recorded_at",
            "name",
            "category",
            "outcome",
            "sentence",
            "actor_kind",
            "actor_ref",
            "via",
            "target_type",
            "target_id",
            "target_label",
            "details",
            "request_id",
            "source",
        )
        read_only_fields = fields
