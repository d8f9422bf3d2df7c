"""What the API takes and gives for signing in."""

from rest_framework import serializers


class SignInIn(serializers.Serializer):
    """Both factors at once."""

    username = serializers.CharField(max_length=150, help_text="The account's name.")
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)
    otp = serializers.CharField(max_length=30, write_only=True, help_text="Six digits of the app, or a recovery code.")


class RefreshIn(serializers.Serializer):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096, write_only=True)


class TokenPairOut(serializers.Serializer):
    """An access token and the refresh token that renews it once."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token is good.")
