"""What the portal answers to, and what its answers carry; `modelops/settings.py` takes all of it."""

import os

from modelops.lib import env

from .content_security import CONTENT_SECURITY_POLICY  # noqa: F401  read by name
from .deployment import MODELOPS_ENV, PRODUCTION

ALLOWED_HOSTS = env.listing("MODELOPS_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
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

SECURE_SSL_REDIRECT = PRODUCTION and env.flag("MODELOPS_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("MODELOPS_BEHIND_TLS_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
