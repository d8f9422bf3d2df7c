"""How MLflow's client signs in: a bearer token, or a user name with an API key as the password."""

import base64
import binascii
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request

from accounts.authentication import BearerAuthentication
from accounts.errors import CredentialRefused
from accounts.models import User
from modelops.throttling.charging import charge


class KeyAsPassword(BearerAuthentication):
    """``MLFLOW_TRACKING_USERNAME`` and ``MLFLOW_TRACKING_PASSWORD``: the password is an API key, never a person's.

    The key says who calls, so the user name is not looked at. A browser is never asked for it: there is no challenge.
    """

    charges_callers = "basic"

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Account and scopes of the caller; None without the header; raises CredentialRefused."""
        scheme, _, rest = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"basic":
            return None
        try:
            _, colon, key = base64.b64decode(rest.strip(), validate=True).decode("ascii").partition(":")
        except (binascii.Error, ValueError):
            colon = key = ""
        if not colon or not key or " " in key:
            charge(request._request)
            raise CredentialRefused(
                "The Authorization header is not 'Basic' with a name and an API key. Set MLFLOW_TRACKING_TOKEN to an "
                "API key, or MLFLOW_TRACKING_PASSWORD with any MLFLOW_TRACKING_USERNAME.",
                "auth.malformed",
            )
        return self.known(request, key)


class KeyAsPasswordScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes it."""

    target_class = "registry.mlflow.authentication.KeyAsPassword"
    name = "basic"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An HTTP basic scheme."""
        return {"type": "http", "scheme": "basic", "description": "Any user name, and an API key as the password."}
