"""The cookie by which a browser is known again: random, for this use alone, and no way in."""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose

# Browsers keep no cookie longer (RFC 6265bis, 5.5); it is set again at each sign-in.
KEPT_FOR_S = 400 * 24 * 3600
_CONTEXT = b"accounts.device"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def name() -> str:
    """Its name: with TLS one that no other host of the domain can set."""
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def new_value() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def value_of(request: HttpRequest) -> str:
    """What the browser sent; empty when that is nothing of ours."""
    value = request.COOKIES.get(name(), "")
    return value if _SHAPE.fullmatch(value) else ""


def digest(value: str) -> bytes:
    """What the row keeps of it."""
    return keyed_digest(Purpose.SESSION, _CONTEXT, value.encode())


def digests(value: str) -> list[bytes]:
    """What a row may have kept of it, newest key first."""
    return keyed_digests(Purpose.SESSION, _CONTEXT, value.encode())


def remember(request: HttpRequest, value: str) -> None:
    """Have the answer to ``request`` set the cookie."""
    request._device_cookie = value  # type: ignore[attr-defined]


def give(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie if the request has one to remember."""
    value = getattr(request, "_device_cookie", "")
    if value:
        response.set_cookie(
            name(),
            value,
            max_age=KEPT_FOR_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            # It is read only where somebody signs in, on a page of the portal itself.
            samesite="Strict",
        )
