"""What the REST interface takes and gives. No answer ever says who a request is about."""

from typing import Any

from rest_framework import serializers

from modelops.lib.errors import Invalid

from .models import Kind, Regime, SubjectBundle, SubjectRequest
from .providers import Subject


class SubjectIn(serializers.Serializer):
    """The person: by address, by the organisation's own reference, or both."""

    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    ref = serializers.CharField(max_length=200, required=False, allow_blank=True)


class SubjectRequestIn(serializers.Serializer):
    """``kind`` and ``regime`` are checked by the service, which names what is known."""

    kind = serializers.CharField(max_length=40, help_text=", ".join(Kind.values))
    regime = serializers.CharField(max_length=20, default=Regime.GDPR, help_text=", ".join(Regime.values))
    subject = SubjectIn(required=False)
    email = serializers.CharField(max_length=254, required=False, help_text="Short for subject.email.")
    received_at = serializers.DateTimeField(required=False, help_text="When it came in, if earlier than now.")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        # An address alone is taken too: {"subject": "name@example.org"}.
        if isinstance(data, dict) and isinstance(data.get("subject"), str):
            data = {**data, "subject": {"email": data["subject"]}}
        return super().to_internal_value(data)

    def subject_of(self) -> Subject:
        """The person that the validated input names."""
        given = self.validated_data.get("subject", {})
        short = self.validated_data.get("email", "")
        if short and given.get("email") and short != given["email"]:
            raise Invalid("Two different addresses are given; give one.", code="subject.ambiguous", field="email")
        return Subject(email=given.get("email") or short, ref=given.get("ref", ""))


class NoteIn(serializers.Serializer):
    """What the officer writes down about a step."""

    note = serializers.CharField(max_length=2000)


class ReasonIn(serializers.Serializer):
    """Why a request is refused, as the person is told."""

    reason = serializers.CharField(max_length=2000)


class SubjectBundleOut(serializers.ModelSerializer):
    """A bundle without its content."""

    is_available = serializers.BooleanField(read_only=True)

    class Meta:
        model = SubjectBundle
        fields = ["id", "sha256", "size", "row_count", "created_at", "expires_at", "downloads", "is_available"]
        read_only_fields = fields


class SubjectRequestOut(serializers.ModelSerializer):
    """A request without the person."""

    days_left = serializers.IntegerField(read_only=True)
    is_overdue = serializers.BooleanField(read_only=True)
    job = serializers.UUIDField(source="collection_job_id", read_only=True, allow_null=True)

    class Meta:
        model = SubjectRequest
        fields = [
            "id",
            "reference",
            "kind",
            "regime",
            "state",
            "received_at",
            "due_at",
            "days_left",
            "is_overdue",
            "identity_confirmed_at",
            "waiting_since",
            "extended_at",
            "closed_at",
            "job",
            "collection_failure",
        ]
        read_only_fields = fields


class SubjectRequestDetailOut(SubjectRequestOut):
    """A request with its bundles, still without the person."""

    bundles = SubjectBundleOut(many=True, read_only=True)

    class Meta(SubjectRequestOut.Meta):
        fields = [*SubjectRequestOut.Meta.fields, "bundles"]
        read_only_fields = fields
