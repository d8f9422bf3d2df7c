"""What goes in and out over REST about signatures."""

from rest_framework import serializers

from .models import Demand, Signer, TrustedKey, VersionSignature


class BundleIn(serializers.Serializer):
    bundle = serializers.JSONField(help_text="The Sigstore bundle that the signing tool wrote (model.sig).")


class SignatureOut(serializers.ModelSerializer):
    # Text, with the words in the help: both names are fields of many resources.
    origin = serializers.CharField(read_only=True, help_text="portal or uploaded.")
    state = serializers.CharField(read_only=True, help_text="valid, untrusted or invalid.")
    key = serializers.CharField(source="key.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = VersionSignature
        fields = ("id", "origin", "state", "reason", "key", "created_at", "checked_at", "bundle")
        read_only_fields = fields


class VerdictOut(serializers.Serializer):
    """What the signatures of a version come to, looked at now."""

    state = serializers.CharField(help_text="valid, untrusted, invalid or missing.")
    reason = serializers.CharField()
    demand = serializers.CharField(help_text="require, warn or off.")
    passes = serializers.BooleanField(help_text="Whether the version may be promoted as far as signatures go.")
    key = serializers.CharField(source="key.name", allow_null=True, default=None)
    signatures = SignatureOut(many=True)


class TrustedKeyIn(serializers.Serializer):
    name = serializers.CharField(help_text="Letters, digits, dot, hyphen and underscore; at most 100.")
    pem = serializers.CharField(help_text="The public key in PEM form: Ed25519 or ECDSA over P-256, P-384, P-521.")
    model = serializers.CharField(required=False, default="", allow_blank=True, help_text="Empty: all models.")


class TrustedKeyOut(serializers.ModelSerializer):
    model = serializers.CharField(source="model.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = TrustedKey
        fields = (
            "id", "name", "algorithm", "fingerprint", "pem", "is_portal", "model", "created_at", "revoked_at",
            "revoked_because",
        )  # fmt: skip
        read_only_fields = fields


class RevocationIn(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class SigningPolicyIn(serializers.Serializer):
    # Any text: the service refuses an unknown word with a code of its own.
    demand = serializers.CharField(help_text=", ".join(Demand.values))
    signer = serializers.CharField(required=False, default=Signer.ANY.value, help_text=", ".join(Signer.values))


class SigningPolicyOut(serializers.Serializer):
    demand = serializers.CharField()
    signer = serializers.CharField()
