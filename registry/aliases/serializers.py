"""What goes in and out over REST about aliases."""

from rest_framework import serializers

from .models import Alias
from .services import is_protected


class AliasIn(serializers.Serializer):
    alias = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")
    version = serializers.IntegerField(min_value=1)


class AliasOut(serializers.ModelSerializer):
    alias = serializers.CharField(source="name", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    protected = serializers.SerializerMethodField(help_text="Whether gates stand before it.")

    class Meta:
        model = Alias
        fields = ("alias", "version", "protected", "set_at")
        read_only_fields = fields

    def get_protected(self, alias: Alias) -> bool:
        return is_protected(alias.name)
