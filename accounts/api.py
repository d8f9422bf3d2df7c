"""Signing in to the API."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .serializers import RefreshIn, SignInIn, TokenPairOut
from .services import tokens
from .sessions.signing_in import network

_REFUSED = {
    400: OpenApiResponse(description="A field cannot be used (request.invalid, token.invalid_lifetime)."),
    401: OpenApiResponse(description="Refused (login.refused, auth.token_invalid, auth.token_revoked)."),
    429: OpenApiResponse(description="Too many failures (login.slow_down); Retry-After says for how long."),
}


class OpenView(APIView):
    """A view for callers who have no credential yet; whatever they send as one is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        """Without authenticators the framework would turn a refused token into a 403."""
        return 'Bearer realm="api"'


class TokenView(OpenView):
    """``auth/token/``."""

    @extend_schema(
        operation_id="auth_token_create", request=SignInIn, responses={200: TokenPairOut, **_REFUSED}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Sign in with name, password and code; gives an access token for half an hour and a refresh token."""
        data = SignInIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        pair = tokens.sign_in_to_api(
            given["username"],
            given["password"],
            given["otp"],
            network=network(request._request),
            lifetime_s=given["lifetime_s"],
        )
        return Response(TokenPairOut(pair).data)


class RefreshView(OpenView):
    """``auth/token/refresh/``."""

    @extend_schema(
        operation_id="auth_token_refresh", request=RefreshIn, responses={200: TokenPairOut, **_REFUSED}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Use up a refresh token for a new pair. A token that is used twice ends the whole sign-in."""
        data = RefreshIn(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(TokenPairOut(tokens.refresh(data.validated_data["refresh"])).data)


class RevokeView(OpenView):
    """``auth/token/revoke/``."""

    @extend_schema(operation_id="auth_token_revoke", request=RefreshIn, responses={204: None, **_REFUSED}, auth=[])
    def post(self, request: Request) -> Response:
        """End the sign-in that a refresh token belongs to; its access tokens stop with their next request."""
        data = RefreshIn(data=request.data)
        data.is_valid(raise_exception=True)
        tokens.end(data.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)
