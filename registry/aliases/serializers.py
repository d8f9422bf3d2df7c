"""What goes in and out over REST about aliases."""

from typing import Any

from rest_framework import serializers

from modelops.rest.moments import moment

from .models import Alias, AliasPeriod
from .services import is_protected


class AliasIn(serializers.Serializer):
    alias = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")
    version = serializers.IntegerField(min_value=1)


class AliasOut(serializers.ModelSerializer):
    alias = serializers.CharField(source="name", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    protected = serializers.SerializerMethodField(help_text="Whether it moves only by an approved promotion.")

    class Meta:
        model = Alias
        fields = ("alias", "version", "protected", "set_at")
        read_only_fields = fields

    def get_protected(self, alias: Alias) -> bool:
        return is_protected(alias.name)

    def to_representation(self, alias: Alias) -> dict[str, Any]:
        """The same as by the fields, which cost more than all else of the answer."""
        return {
            "alias": alias.name,
            "version": alias.version.number,
            "protected": is_protected(alias.name),
            "set_at": moment(alias.set_at),
        }


class AliasPeriodOut(serializers.ModelSerializer):
    version = serializers.IntegerField(source="number", read_only=True)
    begins = serializers.DateTimeField(source="during.lower", read_only=True)
    ends = serializers.DateTimeField(
        source="during.upper", read_only=True, allow_null=True, help_text="null: it points there now."
    )

    class Meta:
        model = AliasPeriod
        fields = ("alias", "version", "begins", "ends")
        read_only_fields = fields
