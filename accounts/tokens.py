"""Access and refresh tokens: JSON Web Tokens signed with Ed25519 under the ring's token signing key.

An access token is read by the API only (``aud``), for half an hour; the session of a browser is something else.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from modelops.crypto.errors import UnknownKey
from modelops.lib.errors import Invalid

from .errors import CredentialRefused
from .signing_keys import active_key, verifying_key

# RFC 9068 names the first; one kind is never taken for another. The last is what a job's token is exchanged for.
ACCESS, REFRESH, WORKLOAD = "at+jwt", "rt+jwt", "wt+jwt"
AUDIENCE = "modelops-api"
ALGORITHM = "EdDSA"
LEEWAY_S = 30
SHORTEST_S = 60
_CLAIMS = ("exp", "nbf", "iat", "iss", "aud", "sub", "jti", "sid")
# What the ledger is told; the caller is told nothing but that the token does not work.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "auth.token_expired"),
    (jwt.ImmatureSignatureError, "auth.token_not_yet"),
    (jwt.InvalidAudienceError, "auth.token_audience"),
    (jwt.InvalidIssuerError, "auth.token_issuer"),
    (jwt.InvalidAlgorithmError, "auth.token_algorithm"),
    (jwt.InvalidSignatureError, "auth.token_signature"),
    (UnknownKey, "auth.token_key"),
)


class _WrongKind(jwt.InvalidTokenError):
    """A token of this portal, for another use."""


@dataclass(frozen=True)
class TokenClaims:
    """What a verified token says."""

    user_id: uuid.UUID
    token_id: uuid.UUID
    family: uuid.UUID
    amr: tuple[str, ...]


def lifetime(asked_s: int | None) -> int:
    """For how many seconds an access token is good whose caller asked for so many. Raises Invalid."""
    longest = settings.MODELOPS_TOKEN_LIFETIME_MAX_S
    if asked_s is None:
        return int(settings.MODELOPS_TOKEN_LIFETIME_S)
    if not SHORTEST_S <= asked_s <= longest:
        raise Invalid(
            f"An access token is good for {SHORTEST_S} to {longest} seconds, not {asked_s}. Ask for less, or leave "
            "lifetime_s out, and renew it with the refresh token.",
            code="token.invalid_lifetime",
            field="lifetime_s",
        )
    return asked_s


def sign(
    kind: str,
    *,
    user_id: uuid.UUID,
    token_id: uuid.UUID,
    family: uuid.UUID,
    exp: dt.datetime,
    amr: list[str] | None = None,
    **more: Any,
) -> str:
    """A token of ``kind`` that ends at ``exp``; ``more`` are claims beside those that every token has."""
    kid, private = active_key()
    now = timezone.now()
    claims = {
        **more,
        "iss": settings.MODELOPS_BASE_URL,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "jti": str(token_id),
        "sid": str(family),
        "iat": now,
        "nbf": now,
        "exp": exp,
    }
    if amr is not None:
        claims["amr"] = amr
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers={"kid": kid, "typ": kind})


def kind_of(token: str) -> str:
    """What kind a token says that it is, before anything of it is believed."""
    try:
        return str(jwt.get_unverified_header(token).get("typ", ""))
    except jwt.InvalidTokenError:
        return ""


def read(token: str, kind: str) -> TokenClaims:
    """The claims of a token of ``kind`` whose signature and times are right; raises CredentialRefused.

    The algorithm is fixed and the key is one of the ring: nothing in the token chooses either.
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != kind:
            raise _WrongKind
        if header.get("alg") != ALGORITHM:
            raise jwt.InvalidAlgorithmError
        key, signed_until = verifying_key(header.get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=settings.MODELOPS_BASE_URL,
            leeway=LEEWAY_S,
            options={"require": list(_CLAIMS)},
        )
        if signed_until is not None and claims["iat"] > signed_until.timestamp():
            raise UnknownKey("The key was retired before the token says that it was made.")
        return TokenClaims(
            uuid.UUID(claims["sub"]), uuid.UUID(claims["jti"]), uuid.UUID(claims["sid"]), tuple(claims.get("amr", ()))
        )
    except (jwt.PyJWTError, UnknownKey, ValueError, TypeError) as error:
        raise CredentialRefused(
            "The token does not work here: it was not issued by this portal for this use, or its time is over. Refresh "
            "it, or sign in again at /api/v1/auth/token/.",
            "auth.token_invalid",
            reason=_reason(error),
        ) from None


def _reason(error: Exception) -> str:
    if isinstance(error, _WrongKind):
        return "auth.token_kind"
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"auth.token_without_{error.claim}"
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), "auth.token_malformed")
