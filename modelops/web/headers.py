"""What every answer carries: pages, errors, downloads, static files, and what fails before Django has a request."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.http.response import ResponseHeaders

from modelops.content_security import REPORTS_AT, policy

logger = logging.getLogger(__name__)

# Powerful features that no page of the portal uses. Passkeys and the clipboard stay as browsers have them.
_OFF = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip
FIXED: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _OFF)),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Permitted-Cross-Domain-Policies", "none"),
    ("Reporting-Endpoints", f'content="{REPORTS_AT}"'),
    # The web server would name itself.
    ("Server", ""),
)
_STORED: Final = tuple((name.lower(), (name, value)) for name, value in FIXED)
_POLICY: Final = "Content-Security-Policy"


def harden(headers: ResponseHeaders, nonce: str, *, is_secure: bool) -> None:
    """Complete the headers of an answer. What a view said itself stays, but for the policy of its content."""
    # Django takes each name and value apart anew; these are sound, and the same in every answer.
    store = headers._store  # type: ignore[attr-defined]
    for key, pair in _STORED:
        store.setdefault(key, pair)
    store[_POLICY.lower()] = (_POLICY, policy(nonce))
    if is_secure and settings.SECURE_HSTS_SECONDS:
        headers.setdefault("Strict-Transport-Security", _hsts())


def put(headers: ResponseHeaders, name: str, value: str) -> None:
    """Set a header whose value the portal has made itself, so that it needs no look for line ends and other signs."""
    headers._store[name.lower()] = (name, value)  # type: ignore[attr-defined]


def _hsts() -> str:
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] * settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    parts += ["preload"] * settings.SECURE_HSTS_PRELOAD
    return "; ".join(parts)


_BARE: Final = (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"))
_UNREADABLE: Final = b"The request cannot be understood. Check its headers and send it again.\n"
_FAILED: Final = b"An unexpected error happened and was logged. Try again, and tell an administrator if it stays.\n"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def guarded(application: Application) -> Application:
    """``application`` for a WSGI server: whatever becomes of a request, its answer is ours and carries the headers."""

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, completed(headers), *rest)

        try:
            return application(environ, start)
        except Exception as error:
            # Before there is a request Django has no page for what goes wrong, and the server's own has no headers.
            logger.exception("A request could not be read")
            unreadable = isinstance(error, ValueError)  # a header that Django cannot take apart
            start("400 Bad Request" if unreadable else "500 Internal Server Error", list(_BARE))
            return [_UNREADABLE if unreadable else _FAILED]

    return run


def completed(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers, with those that a failure of the chain itself left out."""
    if any(name == _POLICY for name, _ in headers):
        return headers
    present = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in FIXED if name.lower() not in present), (_POLICY, policy(""))]
