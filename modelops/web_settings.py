"""What the portal answers to, and what its answers carry; `modelops/settings.py` takes all of it."""

import os

from django.core.exceptions import ImproperlyConfigured

from modelops.lib import env
from modelops.web import admin_addresses, cross_origin, peers

from .deployment import MODELOPS_ENV, PRODUCTION

# Exact names: a sub-domain that somebody else runs is another host.
ALLOWED_HOSTS = env.listing("MODELOPS_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
MODELOPS_BASE_URL = env.text("MODELOPS_BASE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
CSRF_TRUSTED_ORIGINS = [MODELOPS_BASE_URL] if MODELOPS_BASE_URL.startswith("https://") else []
MODELOPS_ENVIRONMENT_LABEL = env.text("MODELOPS_ENVIRONMENT_LABEL", MODELOPS_ENV)

# Cookies that another host of the domain cannot set, wherever there is TLS.
_SECURE = MODELOPS_BASE_URL.startswith("https://") or PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "modelops.error_pages.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if _SECURE else "csrf"

# Whose word counts about who asks, by which scheme and for which host (modelops/web/peers.py). Django's own way,
# SECURE_PROXY_SSL_HEADER, believes everybody who reaches the port, and stays off.
MODELOPS_BEHIND_TLS_PROXY = env.flag("MODELOPS_BEHIND_TLS_PROXY", False)
MODELOPS_TRUSTED_PROXIES = env.listing("MODELOPS_TRUSTED_PROXIES")
if MODELOPS_BEHIND_TLS_PROXY and not MODELOPS_TRUSTED_PROXIES:
    MODELOPS_TRUSTED_PROXIES = [*peers.LOOPBACK]
peers.trusted_proxies(MODELOPS_TRUSTED_PROXIES)
# From where the admin is there at all (modelops/web/admin_addresses.py); nothing is no limit.
MODELOPS_ADMIN_NETWORKS = env.listing("MODELOPS_ADMIN_NETWORKS")
admin_addresses.admin_networks(MODELOPS_ADMIN_NETWORKS)

# How the web server of `make run` speaks TLS itself: not at all, with a certificate for development, or with files.
MODELOPS_TLS = env.text("MODELOPS_TLS", "")
if MODELOPS_TLS not in {"", "0", "1", "development", "files"}:
    raise ImproperlyConfigured(f"MODELOPS_TLS is {MODELOPS_TLS!r}; use 0, development or files.")
MODELOPS_TLS_CERTIFICATE_FILE = env.text("MODELOPS_TLS_CERTIFICATE_FILE", "")
MODELOPS_TLS_KEY_FILE = env.text("MODELOPS_TLS_KEY_FILE", "")

# Pages of other origins that may read the REST interface with a token of theirs: none by default, never with cookies.
CORS_ALLOWED_ORIGINS = cross_origin.origins(env.listing("MODELOPS_CORS_ORIGINS"))
CORS_ALLOW_ALL_ORIGINS = CORS_ALLOW_CREDENTIALS = CORS_ALLOW_PRIVATE_NETWORK = False
CORS_ALLOWED_ORIGIN_REGEXES: list[str] = []
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_METHODS = cross_origin.METHODS
CORS_ALLOW_HEADERS = cross_origin.REQUEST_HEADERS
CORS_EXPOSE_HEADERS = cross_origin.ANSWER_HEADERS
CORS_PREFLIGHT_MAX_AGE = 600
# Static files are for pages of this origin, whoever else may read the interface.
WHITENOISE_ALLOW_ALL_ORIGINS = False

SECURE_SSL_REDIRECT = PRODUCTION and env.flag("MODELOPS_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
# A browser that heard this of a certificate for development would refuse the host for a year.
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION and MODELOPS_TLS in {"", "0", "files"} else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Where people report a weakness: an https address or mailto:, given out as /.well-known/security.txt (RFC 9116).
MODELOPS_SECURITY_CONTACT = env.text("MODELOPS_SECURITY_CONTACT", "")
if MODELOPS_SECURITY_CONTACT and not MODELOPS_SECURITY_CONTACT.startswith(("mailto:", "https://")):
    raise ImproperlyConfigured(
        f"MODELOPS_SECURITY_CONTACT is {MODELOPS_SECURITY_CONTACT!r}; use mailto:… or an https:// address."
    )
