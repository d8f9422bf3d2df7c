"""What the interface takes and gives for the other rights."""

from rest_framework import serializers

from .services import Outcome


class RectificationIn(serializers.Serializer):
    """One field, and what is right."""

    field = serializers.CharField(max_length=100, help_text="Data class and field: accounts.account.last_name.")
    value = serializers.CharField(max_length=250, write_only=True)


class RectificationOut(serializers.Serializer):
    """How much was corrected; no value is answered."""

    rows = serializers.IntegerField(read_only=True)


class RestrictionOut(serializers.Serializer):
    """Whether the person's data is kept from use."""

    reference = serializers.CharField(read_only=True, help_text="Number of the request.")
    is_restricted = serializers.BooleanField(read_only=True)


class DecidedOut(serializers.Serializer):
    """Something that a model decided, or helped to decide, about the person."""

    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)


class DecisionReviewIn(serializers.Serializer):
    """What came of looking at a decision again."""

    decision = serializers.CharField(max_length=100, help_text="Key of one of the decisions.")
    outcome = serializers.CharField(max_length=20, help_text=", ".join(Outcome.values))
