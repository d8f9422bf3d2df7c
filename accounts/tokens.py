"""Access and refresh tokens: JSON Web Tokens signed with Ed25519 under the ring's token signing key.

An access token is read by the API only (``aud``), for half an hour; the session of a browser is something else.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from modelops.crypto.errors import UnknownKey
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose

from .errors import CredentialRefused

ACCESS_FOR = dt.timedelta(minutes=30)
ACCESS, REFRESH = "at+jwt", "rt+jwt"  # RFC 9068 names the first; one kind is never taken for the other
AUDIENCE = "modelops-api"
ALGORITHM = "EdDSA"
LEEWAY_S = 30


@dataclass(frozen=True)
class TokenClaims:
    """What a verified token says."""

    user_id: uuid.UUID
    token_id: uuid.UUID
    family: uuid.UUID
    amr: tuple[str, ...]


def sign(
    kind: str, *, user_id: uuid.UUID, token_id: uuid.UUID, family: uuid.UUID, amr: list[str], exp: dt.datetime
) -> str:
    """A token of ``kind`` that ends at ``exp``."""
    key = keyring.active(Purpose.TOKEN_SIGNING)
    now = timezone.now()
    claims = {
        "iss": settings.MODELOPS_BASE_URL,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "jti": str(token_id),
        "sid": str(family),
        "amr": amr,
        "iat": now,
        "nbf": now,
        "exp": exp,
    }
    private = Ed25519PrivateKey.from_private_bytes(key.material)
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers={"kid": str(key.id), "typ": kind})


def read(token: str, kind: str) -> TokenClaims:
    """The claims of a token of ``kind`` whose signature and times are right; raises CredentialRefused.

    The algorithm is fixed and the key is one of the ring: nothing in the token chooses either.
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != kind:
            raise jwt.InvalidTokenError("kind")
        key = keyring.by_id(uuid.UUID(str(header.get("kid"))), Purpose.TOKEN_SIGNING)
        claims: dict[str, Any] = jwt.decode(
            token,
            Ed25519PrivateKey.from_private_bytes(key.material).public_key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=settings.MODELOPS_BASE_URL,
            leeway=LEEWAY_S,
            options={"require": ["exp", "nbf", "iat", "iss", "aud", "sub", "jti", "sid"]},
        )
        return TokenClaims(
            uuid.UUID(claims["sub"]), uuid.UUID(claims["jti"]), uuid.UUID(claims["sid"]), tuple(claims.get("amr", ()))
        )
    except jwt.ExpiredSignatureError:
        raise CredentialRefused(
            "The token has expired. Refresh it, or sign in again at /api/v1/auth/token/.", "auth.token_expired"
        ) from None
    except (jwt.InvalidTokenError, UnknownKey, ValueError, TypeError):
        raise CredentialRefused(
            "The token is not one that this portal issued for this use. Sign in at /api/v1/auth/token/.",
            "auth.token_invalid",
        ) from None
