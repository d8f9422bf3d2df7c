"""What scans say over REST."""

from rest_framework import serializers

from registry.api.strict import StrictSerializer

from .engine import RULES
from .models import Cause, Inspection, ScanState, Verdict


class FileVerdictOut(serializers.ModelSerializer):
    format = serializers.CharField(source="found_format", read_only=True)

    class Meta:
        model = Verdict
        fields = (
            "id", "path", "verdict", "format", "reasons", "rules", "engine", "network", "limits", "seconds",
            "decided_at",
        )  # fmt: skip
        read_only_fields = fields


class ScanOut(serializers.ModelSerializer):
    """What holds now."""

    state = serializers.ChoiceField(choices=ScanState.choices, read_only=True)
    cause = serializers.ChoiceField(choices=["", *Cause.choices], read_only=True)
    format = serializers.CharField(source="found_format", read_only=True)
    is_current = serializers.SerializerMethodField(help_text="Judged by the rule set that the portal has now.")

    class Meta:
        model = Inspection
        fields = (
            "state", "cause", "format", "reasons", "rules", "is_current", "is_pending", "asked_at", "decided_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_is_current(self, scan: Inspection) -> bool:
        return scan.rules == RULES


class ScanAndVerdictsOut(serializers.Serializer):
    scan = ScanOut()
    rules = serializers.CharField(help_text="The rule set that the portal has now.")
    verdicts = FileVerdictOut(many=True, help_text="Newest first, at most 100; of a folder each file has its own.")


class OpeningIn(StrictSerializer):
    # Any length: the service refuses with a code of its own.
    reason = serializers.CharField(max_length=2000, allow_blank=True, help_text="Why the file is opened.")
    path = serializers.CharField(
        max_length=1024, required=False, default="", allow_blank=True, help_text="A file of a folder."
    )
