"""What goes in and out over REST about attestations."""

from rest_framework import serializers

from .models import Attestation


class AttestationIn(serializers.Serializer):
    envelope = serializers.JSONField(
        help_text="A DSSE envelope with an in-toto statement of SLSA provenance, or a Sigstore bundle with one."
    )


class AttestationOut(serializers.ModelSerializer):
    # Text, with the words in the help: these names are fields of many resources.
    kind = serializers.CharField(read_only=True, help_text="statement or job.")
    state = serializers.CharField(read_only=True, help_text="valid, untrusted or invalid.")
    key = serializers.CharField(source="key.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Attestation
        fields = (
            "id", "kind", "issuer", "source", "predicate_type", "state", "reason", "key", "created_at", "checked_at",
            "envelope",
        )  # fmt: skip
        read_only_fields = fields


class MoveElsewhereOut(serializers.Serializer):
    alias = serializers.CharField()
    before = serializers.IntegerField(source="from", allow_null=True, help_text="Version that it pointed at.")
    to = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class PromotionElsewhereOut(serializers.Serializer):
    alias = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    payload_digest = serializers.CharField()
    approvals = serializers.IntegerField(allow_null=True)


class HistoryElsewhereOut(serializers.Serializer):
    """Facts of the other portal. They are no aliases and no approvals of this one."""

    aliases = serializers.ListField(child=serializers.CharField(), default=list)
    moves = MoveElsewhereOut(many=True, default=list)
    promotions = PromotionElsewhereOut(many=True, default=list)


class BundleOriginOut(serializers.Serializer):
    model = serializers.CharField(source="source_model")
    version = serializers.IntegerField(source="source_version")
    manifest_sha256 = serializers.CharField()
    key = serializers.CharField(source="key.name")
    imported_at = serializers.DateTimeField()
    history = HistoryElsewhereOut()


class ProvenanceOut(serializers.Serializer):
    """Where a version comes from, looked at now."""

    passes = serializers.BooleanField(help_text="Whether it may be promoted as far as provenance goes.")
    reason = serializers.CharField()
    imported_from = BundleOriginOut(allow_null=True)
    attestations = AttestationOut(many=True)
