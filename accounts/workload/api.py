"""Exchanging the token of a job, as RFC 8693 asks for it."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import OpenView

from .services.exchange import exchange

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_KIND = "urn:ietf:params:oauth:token-type:"
JWT, ID_TOKEN, ACCESS_TOKEN = f"{_KIND}jwt", f"{_KIND}id_token", f"{_KIND}access_token"


class TokenExchangeIn(serializers.Serializer):
    """The fields of RFC 8693, section 2.1, that mean something here."""

    grant_type = serializers.ChoiceField(choices=[GRANT])
    subject_token = serializers.CharField(max_length=16384, write_only=True, help_text="The token of the job.")
    subject_token_type = serializers.ChoiceField(choices=[JWT, ID_TOKEN])
    requested_token_type = serializers.ChoiceField(choices=[ACCESS_TOKEN], required=False)
    audience = serializers.CharField(
        max_length=150, required=False, default="", help_text="Name of the service account, where several rules fit."
    )
    scope = serializers.CharField(
        max_length=4000, required=False, default="", help_text="Less than the rule gives, parted by spaces."
    )


class TokenExchangeOut(serializers.Serializer):
    """RFC 8693, section 2.2.1."""

    access_token = serializers.CharField()
    issued_token_type = serializers.CharField()
    token_type = serializers.CharField(help_text="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds for which the token is good; at most 900.")
    scope = serializers.CharField()


class TokenExchangeView(OpenView):
    """``auth/token-exchange/``."""

    parser_classes = (FormParser, JSONParser)

    @extend_schema(
        operation_id="auth_token_exchange",
        request=TokenExchangeIn,
        responses={
            200: TokenExchangeOut,
            400: OpenApiResponse(
                description="Refused (workload.token_refused, workload.ambiguous, workload.scope_refused)."
            ),
            503: OpenApiResponse(description="The issuer's keys cannot be fetched (workload.issuer_unreachable)."),
        },
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Exchange the OpenID Connect token of a pipeline's job for a token of at most 15 minutes, once."""
        data = TokenExchangeIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        done = exchange(given["subject_token"], service=given["audience"], scope=given["scope"])
        return Response(
            {
                "access_token": done.token,
                "issued_token_type": ACCESS_TOKEN,
                "token_type": "Bearer",
                "expires_in": done.expires_in,
                "scope": " ".join(done.row.scopes),
            },
            headers={"Cache-Control": "no-store"},
        )
