"""How the API knows its callers: access tokens, API keys, exchanged tokens, and the portal's own session."""

from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, QueryDict
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as DjangoSessionAuthentication
from rest_framework.request import Request

from modelops.throttling.charging import charge

from . import tokens
from .access.emergency import require_present
from .actors import actor_of
from .api_key_format import PREFIX
from .errors import CredentialRefused
from .models import RefreshToken, User
from .services import check_access_token, check_api_key
from .workload.services.checking import check_exchanged_token


class ApiSignIn(NamedTuple):
    """What ``request.auth`` is for an access token: everything that the account may do, by one sign-in to the API."""

    sign_in: RefreshToken
    scopes: tuple[str, ...] = ("all",)


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` with an access token, an exchanged token or an API key.

    Credentials in the address are refused before (`addressed_credentials`). Requests are counted here: for the
    credential, or for the network of who showed one that does not work.
    """

    charges_callers = "bearer"

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Account and scopes of the caller; None without the header; raises CredentialRefused."""
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        try:
            (token,) = (part.decode("ascii") for part in header[1:])
        except ValueError:
            charge(request._request)
            raise CredentialRefused(
                "The Authorization header is not 'Bearer' and one token without spaces.", "auth.malformed"
            ) from None
        return self.known(request, token)

    def known(self, request: Request, token: str) -> tuple[User, Any]:
        """The account behind ``token``, and what the credential names; raises CredentialRefused."""
        try:
            user, auth = _account_behind(token, request.META.get("REMOTE_ADDR", ""))
        except CredentialRefused:
            charge(request._request)
            raise
        request._request.actor = actor_of(user)
        charge(request._request, _caller(auth))
        require_present(user)  # a superuser's program waits for a reason as its person does
        return user, auth

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 answer."""
        return 'Bearer realm="api"'


def _account_behind(token: str, address: str) -> tuple[User, Any]:
    if token.startswith(f"{PREFIX}_"):
        key = check_api_key(token, address=address)
        key.owner.key_scopes = key.scopes
        return key.owner, key
    if tokens.kind_of(token) == tokens.WORKLOAD:
        exchanged = check_exchanged_token(token, address=address)
        exchanged.user.key_scopes = exchanged.scopes
        return exchanged.user, exchanged
    sign_in = check_access_token(token, address=address)
    return sign_in.user, ApiSignIn(sign_in)


def _caller(auth: Any) -> str:
    """Whose requests are counted together: those of a key, or of a sign-in through all of its refreshed tokens."""
    if isinstance(auth, ApiSignIn):
        return f"sign-in:{auth.sign_in.family}"
    return f"{auth._meta.model_name}:{auth.pk}"


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
            "description": "An access token from auth/token/ or auth/token-exchange/, or an API key.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes the portal's session."""

    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}
