"""What the REST interface takes and says about alerts and channels."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from monitoring.models.alert_records import AlertComment, AlertDecision, DeliveryAttempt
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, Severity

from . import services
from .wording.texts import LONGEST


class SourceOut(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.UUIDField(allow_null=True)


class SeverityField(serializers.ChoiceField):
    """A severity; "warning", as controls and older callers say, is medium."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(Severity.MEDIUM.value if data == "warning" else data))


class AlertIn(serializers.Serializer):
    key = serializers.CharField(max_length=250, help_text="What repeats of the same trouble have in common.")
    title = serializers.CharField(max_length=200)
    severity = SeverityField(Severity.choices, default=Severity.MEDIUM.value)
    details = serializers.JSONField(
        default=dict, help_text="At most 20 figures or short texts by name. What looks like a secret is not kept."
    )
    group = serializers.CharField(
        max_length=250, default="", allow_blank=True, help_text="Told in one message; made from the key if empty."
    )
    runbook_url = serializers.CharField(max_length=500, default="", allow_blank=True)


class AlertsIn(serializers.Serializer):
    alerts = AlertIn(many=True, allow_empty=False, max_length=1000)


class ReportedOut(serializers.ModelSerializer):
    """What became of a report: the alert that it opened or counted up."""

    class Meta:
        model = Alert
        fields = ("id", "key", "severity", "state", "count")
        read_only_fields = fields


class SnoozeIn(serializers.Serializer):
    """How long: a moment, or minutes from now."""

    until_at = serializers.DateTimeField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=30 * 1440)

    def until(self) -> datetime:
        """The moment; an hour from now when nothing was said."""
        moment: datetime | None = self.validated_data.get("until_at")
        return moment or timezone.now() + timedelta(minutes=self.validated_data.get("minutes", 60))


class CommentIn(serializers.Serializer):
    text = serializers.CharField(max_length=2000)


class CommentOut(serializers.ModelSerializer):
    author = serializers.CharField(source="author.username", read_only=True, allow_null=True, default=None)

    class Meta:
        model = AlertComment
        fields = ("id", "author", "text", "created_at")
        read_only_fields = fields


class DecisionOut(serializers.ModelSerializer):
    channel = serializers.CharField(source="channel.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = AlertDecision
        fields = ("event", "channel", "verdict", "reason", "decided_at")
        read_only_fields = fields


class AttemptOut(serializers.ModelSerializer):
    class Meta:
        model = DeliveryAttempt
        fields = ("number", "state", "began_at", "latency_ms", "code", "reason", "answer")
        read_only_fields = fields


class AlertOut(serializers.ModelSerializer):
    source = serializers.SerializerMethodField()
    owner = serializers.CharField(source="owner.username", read_only=True, allow_null=True, default=None)

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
            "group",
            "details",
            "runbook_url",
            "owner",
            "snoozed_until",
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
    tries = AttemptOut(many=True, read_only=True)

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
            "why",
            "tries",
        )
        read_only_fields = fields


class AlertDetailOut(AlertOut):
    deliveries = serializers.SerializerMethodField()
    comments = CommentOut(many=True, read_only=True)
    decisions = serializers.SerializerMethodField(help_text="Why it was told, or was not: the newest hundred.")

    class Meta(AlertOut.Meta):
        fields = (*AlertOut.Meta.fields, "deliveries", "comments", "decisions")
        read_only_fields = fields

    @extend_schema_field(DeliveryOut(many=True))
    def get_deliveries(self, alert: Alert) -> Any:
        rows = AlertDelivery.objects.visible_to(self.context["request"].user).filter(alert=alert)
        return DeliveryOut(rows.select_related("channel").prefetch_related("tries")[:200], many=True).data

    @extend_schema_field(DecisionOut(many=True))
    def get_decisions(self, alert: Alert) -> Any:
        return DecisionOut(alert.decisions.select_related("channel")[:100], many=True).data


class ChannelText(serializers.Serializer):
    title = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["title"])
    body = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST["body"])


class ChannelTexts(serializers.Serializer):
    """Texts of a channel's own by occasion; what is left out is worded by the portal."""

    opened = ChannelText(required=False)
    repeated = ChannelText(required=False)
    resolved = ChannelText(required=False)


@extend_schema_field(ChannelTexts)
class TextsField(serializers.JSONField):
    """Left whole for the service to check, which refuses what it does not know instead of dropping it."""


class ChannelChange(serializers.Serializer):
    texts = TextsField(help_text="Replaces all texts; the guide lists the variables.")


class ChannelIn(serializers.Serializer):
    name = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")
    kind = serializers.CharField(help_text="email, slack, teams, webhook, pagerduty, opsgenie, ntfy, sms or syslog.")
    config = serializers.DictField(
        child=serializers.JSONField(),
        help_text="Settings of the kind: email takes to, smtp_host, smtp_port, smtp_security, smtp_username, "
        "smtp_password and from_address; webhook takes url and secret; slack takes url. The guide lists all.",
    )
    minimum_severity = SeverityField(
        Severity.choices, default=Severity.INFO.value, help_text="Milder alerts are not sent through this channel."
    )
    is_direct = serializers.BooleanField(default=True, help_text="False: only what an escalation chain sends.")
    window_s = serializers.IntegerField(
        default=300, min_value=0, max_value=86_400, help_text="Alerts of a group within this time make one message."
    )
    repeat_s = serializers.IntegerField(
        default=None, allow_null=True, min_value=60, max_value=604_800, help_text="Open alerts are told again."
    )
    digest_s = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=300,
        max_value=86_400,
        help_text="E-mail alone: alerts below quiet_below are gathered and told so often.",
    )
    quiet_from = serializers.TimeField(default=None, allow_null=True)
    quiet_until = serializers.TimeField(default=None, allow_null=True)
    quiet_weekends = serializers.BooleanField(default=False)
    quiet_below = SeverityField(
        Severity.choices, default=Severity.CRITICAL.value, help_text="From here on also in quiet hours."
    )
    timezone = serializers.CharField(default="UTC", max_length=64)
    texts = TextsField(default=dict, help_text="Titles and bodies of its own; the guide lists the variables.")

    def hours(self) -> services.Hours:
        """When the channel may be used, and how often."""
        return services.Hours(**{one.name: self.validated_data[one.name] for one in fields(services.Hours)})


class ChannelOut(serializers.ModelSerializer):
    texts = TextsField(read_only=True)
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
            "is_direct",
            "window_s",
            "repeat_s",
            "digest_s",
            "quiet_from",
            "quiet_until",
            "quiet_weekends",
            "quiet_below",
            "timezone",
            "texts",
            "disabled_reason",
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
