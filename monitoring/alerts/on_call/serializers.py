"""What the REST interface takes and says about rotas."""

from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from monitoring.models.alert_on_call import OnCallCover, OnCallRota

from .looking import turns


@extend_schema_field(
    {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$", "example": "09:00:00"}
)
class ClockTime(serializers.TimeField):
    """A time on the wall. OpenAPI's format "time" is one with an offset, which a rota has from its time zone."""


class RotaIn(serializers.Serializer):
    name = serializers.CharField(max_length=100)
    people = serializers.ListField(
        child=serializers.CharField(max_length=150), allow_empty=False, max_length=50, help_text="User names in order."
    )
    starts_on = serializers.DateField(help_text="The first day of the first turn; each lasts seven days.")
    hands_over_at = ClockTime(default=time(9))
    timezone = serializers.CharField(default="UTC", max_length=64)


class CoverIn(serializers.Serializer):
    """Somebody who is on call in place of whoever's turn it is."""

    user = serializers.CharField(max_length=150)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class CoverOut(serializers.ModelSerializer):
    user = serializers.CharField(source="user.username")

    class Meta:
        model = OnCallCover
        fields = ("id", "user", "starts_at", "ends_at")
        read_only_fields = fields


class TurnOut(serializers.Serializer):
    """Somebody's time on call."""

    user = serializers.CharField(source="user.username", allow_null=True, default=None)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class RotaOut(serializers.ModelSerializer):
    people = serializers.SerializerMethodField(help_text="User names in order.")
    hands_over_at = ClockTime(help_text="When the next one takes over, in the rota's time zone.")
    turns = serializers.SerializerMethodField(help_text="This turn and the next ones, with whoever covers.")

    class Meta:
        model = OnCallRota
        fields = ("id", "name", "people", "starts_on", "hands_over_at", "timezone", "enabled", "turns", "created_at")
        read_only_fields = fields

    def get_people(self, rota: OnCallRota) -> list[str]:
        return [member.user.username for member in rota.members.all()]

    @extend_schema_field(TurnOut(many=True))
    def get_turns(self, rota: OnCallRota) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = TurnOut(turns(rota) if rota.enabled else [], many=True).data
        return found
