"""What the REST interface takes and says about alerts and channels."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, Severity

from . import services


class SourceOut(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.UUIDField(allow_null=True)


class AlertOut(serializers.ModelSerializer):
    source = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = (
            "id",
            "key",
            "title",
            "body",
            "severity",
            "state",
            "count",
            "source",
            "opened_at",
            "last_seen_at",
            "acknowledged_at",
            "resolved_at",
        )
        read_only_fields = fields

    @extend_schema_field(SourceOut)
    def get_source(self, alert: Alert) -> dict[str, Any]:
        return {"type": alert.source_type, "id": alert.source_id}


class DeliveryOut(serializers.ModelSerializer):
    channel = serializers.CharField(source="channel.name", read_only=True)

    class Meta:
        model = AlertDelivery
        fields = (
            "id",
            "channel",
            "event",
            "state",
            "attempts",
            "created_at",
            "next_attempt_at",
            "delivered_at",
            "last_code",
            "last_reason",
            "last_answer",
            "last_latency_ms",
        )
        read_only_fields = fields


class AlertDetailOut(AlertOut):
    deliveries = serializers.SerializerMethodField()

    class Meta(AlertOut.Meta):
        fields = (*AlertOut.Meta.fields, "deliveries")
        read_only_fields = fields

    @extend_schema_field(DeliveryOut(many=True))
    def get_deliveries(self, alert: Alert) -> Any:
        rows = AlertDelivery.objects.visible_to(self.context["request"].user).filter(alert=alert)
        return DeliveryOut(rows.select_related("channel")[:200], many=True).data


class ChannelIn(serializers.Serializer):
    name = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")
    kind = serializers.CharField(help_text="email, webhook or slack.")
    config = serializers.DictField(
        child=serializers.JSONField(),
        help_text="Settings of the kind: email takes to, smtp_host, smtp_port, smtp_security, smtp_username, "
        "smtp_password and from_address; webhook takes url and secret; slack takes url.",
    )
    minimum_severity = serializers.ChoiceField(
        Severity.choices, default=Severity.INFO.value, help_text="Milder alerts are not sent through this channel."
    )


class ChannelOut(serializers.ModelSerializer):
    config = serializers.SerializerMethodField(help_text='Settings; a secret is only "set" or "not set".')

    class Meta:
        model = AlertChannel
        fields = (
            "id",
            "name",
            "kind",
            "destination",
            "config",
            "enabled",
            "minimum_severity",
            "created_at",
            "verified_at",
        )
        read_only_fields = fields

    def get_config(self, channel: AlertChannel) -> dict[str, Any]:
        return services.shown_config(channel)


class TestOut(DeliveryOut):
    delivered = serializers.SerializerMethodField(help_text="Whether the receiver took the message.")

    class Meta(DeliveryOut.Meta):
        fields = ("delivered", *DeliveryOut.Meta.fields)
        read_only_fields = fields

    def get_delivered(self, delivery: AlertDelivery) -> bool:
        return delivery.delivered_at is not None
