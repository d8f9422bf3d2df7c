"""The configuration of this portal for people and tickets: what is on the list below, and of secrets only whether
they are set.

Nothing gets out because nobody thought of it: a setting that is not named here is not exported.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from modelops.crypto.providers.sources import FORMER, PRESENT, variables

from .version import VERSION

SETTINGS = (
    "MODELOPS_ENV", "MODELOPS_HOME", "MODELOPS_BASE_URL", "MODELOPS_ENVIRONMENT_LABEL", "MODELOPS_KEY_PROVIDER",
    "MODELOPS_KEY_GRACE_DAYS", "MODELOPS_SECRETS_FOLDER", "MODELOPS_STORAGE_ROOTS", "MODELOPS_MAX_ARTIFACT_BYTES",
    "MODELOPS_ARTIFACT_CIPHER", "MODELOPS_ARTIFACT_DIGESTS", "MODELOPS_ARTIFACT_CODEC", "MODELOPS_ZSTD_LEVEL",
    "MODELOPS_MAX_OPEN_UPLOADS", "MODELOPS_MAX_UNFINISHED_BYTES", "MODELOPS_DELETED_KEPT_DAYS",
    "MODELOPS_DERIVATIONS",
    "MODELOPS_SIGNATURE_POLICY", "MODELOPS_PROTECTED_ALIASES", "MODELOPS_PROMOTION_APPROVERS",
    "MODELOPS_ALLOW_PRIVATE_RECEIVERS",
    "MODELOPS_METRICS_SHARED", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "MODELOPS_TRUSTED_PROXIES",
    "MODELOPS_ADMIN_NETWORKS",
    "CORS_ALLOWED_ORIGINS", "MODELOPS_TLS", "MODELOPS_SECURITY_CONTACT", "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "DEFAULT_FROM_EMAIL", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_TIMEOUT", "LANGUAGE_CODE", "TIME_ZONE",
    "OTP_TOTP_ISSUER", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "SILENCED_SYSTEM_CHECKS", "INSTALLED_APPS", "MIDDLEWARE", "PASSWORD_HASHERS", "CELERY_TASK_TIME_LIMIT",
)  # fmt: skip

SECRETS = ("SECRET_KEY", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "MODELOPS_METRICS_TOKEN")

_SECRET_KEY_VARIABLES = ("ROOT_KEY", "ROOT_PASSPHRASE", "VAULT_TOKEN")


def configuration() -> dict[str, Any]:
    """The export as plain values."""
    database = settings.DATABASES["default"]
    return {
        "release": VERSION,
        "settings": {name: _plain(name, getattr(settings, name)) for name in SETTINGS if hasattr(settings, name)},
        "database": {
            **{name.lower(): _plain(name, database[name]) for name in ("ENGINE", "HOST", "PORT", "NAME")},
            "pool": database["OPTIONS"]["pool"]["max_size"],
            "sslmode": database["OPTIONS"].get("sslmode", ""),
        },
        "queue": {"server": _place(settings.REDIS_URL), "broker": _place(settings.CELERY_BROKER_URL)},
        "root_key": _key_variables(),
        "secrets": {name: "set" if getattr(settings, name, "") else "not set" for name in SECRETS},
    }


def export() -> str:
    """The export as a JSON document."""
    return json.dumps(configuration(), indent=2, sort_keys=True) + "\n"


def _plain(name: str, value: object) -> Any:
    """``value`` in JSON's own types; anything else, above all a wrapped secret, stops the export."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _place(value) if "://" in value else value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(name, item) for item in value]
    raise TypeError(f"{name} holds a {type(value).__name__}, which is not exported.")


def _place(url: str) -> str:
    """Where a URL leads, without what it signs in with and without options."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _key_variables() -> dict[str, str]:
    """What is set of the root key's variables, in use and former; secrets only as set."""
    found = {}
    for name in variables():
        value = os.environ.get(name, "")
        if value:
            short = name.removeprefix(FORMER).removeprefix(PRESENT)
            found[name] = "set" if short in _SECRET_KEY_VARIABLES else _plain(name, value)
    return found
