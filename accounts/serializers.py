"""What the API takes and gives for signing in and for API keys."""

from rest_framework import serializers

from .api_key_format import PREFIX
from .models import ApiKey
from .models.api_key import STATES


class SignInIn(serializers.Serializer):
    """Both factors at once."""

    username = serializers.CharField(max_length=150, help_text="The account's name.")
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)
    otp = serializers.CharField(max_length=30, write_only=True, help_text="Six digits of the app, or a recovery code.")
    # Any number: the service refuses one that is out of bounds with a code of its own.
    lifetime_s = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Seconds for which the access tokens are to be good; 1800 unless the administrator says otherwise.",
    )


class RefreshIn(serializers.Serializer):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096, write_only=True)


class TokenPairOut(serializers.Serializer):
    """An access token and the refresh token that renews it once."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token is good.")


class ApiKeyIn(serializers.Serializer):
    """What a new API key is for."""

    name = serializers.CharField(max_length=100, help_text="What uses the key.")
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=300),
        max_length=200,
        help_text='Permissions ("registry.view_modelversion"), permissions for one model or dataset '
        '("registry.download_artifact:delay", "registry.download_artifact:dataset/flights"), or "all" alone.',
    )
    # Any number: the service refuses one that is out of bounds with a code of its own.
    days = serializers.IntegerField(required=False, default=90, help_text="1 to 365.")
    networks = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        default=list,
        max_length=100,
        help_text='Addresses or networks ("192.0.2.0/24") outside of which the key is refused; none: everywhere.',
    )


class RotationIn(serializers.Serializer):
    """How long both keys work side by side."""

    overlap_h = serializers.IntegerField(required=False, default=24, help_text="0 to 168 hours.")


class ApiKeyOut(serializers.ModelSerializer):
    """An API key without its secret."""

    prefix = serializers.SerializerMethodField(help_text="The beginning of the key, by which it is recognised.")
    state = serializers.ChoiceField(choices=STATES, read_only=True)

    class Meta:
        model = ApiKey
        fields = (
            "id", "name", "prefix", "scopes", "networks", "state", "created_at", "expires_at", "last_used_at",
            "last_used_network", "revoked_at", "replaces",
        )  # fmt: skip
        read_only_fields = fields

    def get_prefix(self, key: ApiKey) -> str:
        """Prefix and id; the secret follows them."""
        return f"{PREFIX}_{key.public_id}"


class IssuedKeyOut(ApiKeyOut):
    """A new API key with its text, which is shown this once."""

    key = serializers.SerializerMethodField(help_text="The key itself: it is shown this once.")

    class Meta(ApiKeyOut.Meta):
        fields = ("key", *ApiKeyOut.Meta.fields)
        read_only_fields = fields

    def get_key(self, key: ApiKey) -> str:
        """The text."""
        return str(self.context["text"])
