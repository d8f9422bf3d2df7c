"""What goes in and out over REST about drafts of cards."""

from rest_framework import serializers

from registry.api.strict import StrictSerializer

from .serializers import ChangeOut


class DraftOut(serializers.Serializer):
    id = serializers.UUIDField()
    source = serializers.CharField(help_text="Where it comes from, in words.")
    created_at = serializers.DateTimeField()
    base = serializers.IntegerField(help_text="The revision of the card that it was compared with; 0 for none.")
    content = serializers.DictField()
    changes = ChangeOut(many=True, help_text="What confirming it changes in the card as it stands.")


class DraftDecisionIn(StrictSerializer):
    id = serializers.UUIDField(help_text="Of the draft that you read; 409 when another came since.")
    base = serializers.IntegerField(min_value=0, help_text="The revision that it was compared with.")
