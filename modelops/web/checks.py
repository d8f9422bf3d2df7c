"""``check --deploy`` for the edge: hosts, TLS, proxies, other origins and what the answers carry."""

import ipaddress
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from modelops.content_security import policy

from .peers import SOCKET

# More than a rack of proxies: in a network like that somebody else sits too.
_WIDEST = {4: 16, 6: 48}
_NEEDED = ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "report-uri ")


@register(Tags.security, deploy=True)
def check_web(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What the settings say about the way in and out."""
    return [*_hosts(), *_tls(), *_proxies(), *_other_origins(), *_answers()]


def _hosts() -> Iterator[CheckMessage]:
    wide = [host for host in settings.ALLOWED_HOSTS if host != "*" and (host.startswith(".") or "*" in host)]
    if wide:
        yield Warning(
            f"MODELOPS_HOSTS takes every sub-domain of {', '.join(wide)}: whoever runs one of them is believed.",
            hint="Name each host: MODELOPS_HOSTS=portal.example.org",
            id="modelops.W018",
        )


def _tls() -> Iterator[CheckMessage]:
    if not settings.PRODUCTION:
        return
    if settings.MODELOPS_TLS in {"1", "development"}:
        yield Error(
            "The web server shows a certificate for development, which no browser can check.",
            hint="Set MODELOPS_TLS=files with MODELOPS_TLS_CERTIFICATE_FILE and MODELOPS_TLS_KEY_FILE, or use a proxy.",
            id="modelops.E050",
        )
    if not settings.SECURE_HSTS_SECONDS:
        yield Warning(
            "Browsers are not told to use HTTPS alone (Strict-Transport-Security).",
            hint="Serve a certificate that browsers can check; then the header comes by itself.",
            id="modelops.W019",
        )
    if not settings.SECURE_SSL_REDIRECT:
        yield Warning(
            "Plain HTTP is answered and not sent to HTTPS.",
            hint="Take out MODELOPS_SSL_REDIRECT=0, unless a proxy redirects.",
            id="modelops.W021",
        )
    if not (settings.SESSION_COOKIE_SECURE and settings.SESSION_COOKIE_NAME.startswith("__Host-")):
        yield Error(
            "The session's cookie may travel in the clear, or be set by another host of the domain.",
            hint="Set MODELOPS_BASE_URL=https://…, and change no cookie setting.",
            id="modelops.E051",
        )
    if settings.MODELOPS_TLS in {"", "0"} and not settings.MODELOPS_TRUSTED_PROXIES:
        yield Warning(
            "No proxy is trusted and the web server is not known to speak TLS: every request would seem to be plain "
            "HTTP and be sent to HTTPS for ever.",
            hint="Name the proxy in MODELOPS_TRUSTED_PROXIES, or set MODELOPS_TLS=files for a server of TLS.",
            id="modelops.W023",
        )


def _proxies() -> Iterator[CheckMessage]:
    networks = [ipaddress.ip_network(entry) for entry in settings.MODELOPS_TRUSTED_PROXIES if entry != SOCKET]
    wide = [str(one) for one in networks if one.prefixlen < _WIDEST[one.version] and not one.is_loopback]
    if wide:
        yield Warning(
            f"MODELOPS_TRUSTED_PROXIES names {', '.join(wide)}: everybody in there can claim any address.",
            hint="Name the proxies alone, for example 10.0.5.9.",
            id="modelops.W022",
        )


def _other_origins() -> Iterator[CheckMessage]:
    open_to_all = settings.CORS_ALLOW_ALL_ORIGINS or settings.CORS_ALLOWED_ORIGIN_REGEXES
    if open_to_all or settings.CORS_ALLOW_CREDENTIALS or "*" in settings.CORS_ALLOW_HEADERS:
        yield Error(
            "Pages of other origins are answered by a pattern, with cookies, or whatever headers they send.",
            hint="Take back the change of the program: MODELOPS_CORS_ORIGINS names exact origins, which is enough.",
            id="modelops.E025",
        )
    plain = [origin for origin in settings.CORS_ALLOWED_ORIGINS if urlsplit(origin).scheme != "https"]
    if plain and settings.PRODUCTION:
        yield Error(
            f"MODELOPS_CORS_ORIGINS names {', '.join(plain)}: whoever sits in between can use that page's token.",
            hint="Serve that application over HTTPS and name it as https://…",
            id="modelops.E026",
        )


def _answers() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error(
            "DEBUG is on: error pages show code, settings and values to everybody.",
            hint="Take back the change of the program: no setting of the portal does this.",
            id="modelops.E027",
        )
    said = policy("x")
    if "unsafe" in said or "nonce-" not in said or any(part not in said for part in _NEEDED):
        yield Error(
            "The content policy lets pages run inline script, or leaves out a directive that it needs.",
            hint="Take back the change of modelops/content_security.py.",
            id="modelops.E028",
        )
