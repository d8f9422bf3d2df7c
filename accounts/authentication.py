"""How the API knows its callers: access tokens, API keys, and the portal's own session."""

from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, QueryDict
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as DjangoSessionAuthentication
from rest_framework.request import Request

from .actors import actor_of
from .api_key_format import PREFIX
from .errors import CredentialRefused
from .models import User
from .services import check_access_token, check_api_key


class FullScope(NamedTuple):
    """What ``request.auth`` is for an access token: everything that the account may do."""

    scopes: tuple[str, ...] = ("all",)


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` with an access token or an API key. Credentials in the address are not read."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Account and scopes of the caller; None without the header; raises CredentialRefused."""
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        try:
            (token,) = (part.decode("ascii") for part in header[1:])
        except ValueError:
            raise CredentialRefused(
                "The Authorization header is not 'Bearer' and one token without spaces.", "auth.malformed"
            ) from None
        if token.startswith(f"{PREFIX}_"):
            key = check_api_key(token)
            user, auth = key.owner, key
            user.key_scopes = key.scopes
        else:
            user, auth = check_access_token(token), FullScope()
        request._request.actor = actor_of(user)
        return user, auth

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 answer."""
        return 'Bearer realm="api"'


class SessionAuthentication(DjangoSessionAuthentication):
    """The portal's session, with CSRF protection, once both factors were given."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        """The signed-in account, or None."""
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active or not getattr(user, "is_verified", lambda: False)():
            return None
        self.enforce_csrf(_Bodyless(request._request))
        return user, None


class _Bodyless:
    """A request as the CSRF check may see it: with the ``X-CSRFToken`` header, and no form.

    The check would look for the token in the form first, and reading the form takes in files before a view has said
    whether and how large they may be.
    """

    POST = QueryDict()

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


class BearerScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes bearer credentials."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An HTTP bearer scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token from auth/token/ or an API key.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes the portal's session."""

    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}
