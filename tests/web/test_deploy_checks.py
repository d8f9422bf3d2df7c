"""``check --deploy``: each weak setting has an id of its own, a hint, and a line in the reference."""

import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import override_settings

from modelops import content_security
from modelops.deploy_checks import check_settings
from modelops.sample_secrets import is_sample, is_weak_key
from modelops.web import checks
from modelops.web.checks import check_web

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "compliance", "dataquality", "modelops", "monitoring", "registry")

STRONG: dict[str, Any] = {
    "PRODUCTION": True,
    "MODELOPS_ENV": "production",
    "MODELOPS_BASE_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": ["portal.example.org"],
    "MODELOPS_TRUSTED_PROXIES": ["10.0.5.9"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "REDIS_URL": "rediss://:fo4UrsQCq9OB4T1n@cache.example.org:6379/0",
    "CELERY_BROKER_URL": "rediss://:fo4UrsQCq9OB4T1n@cache.example.org:6379/0",
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_USE_TLS": True,
    "EMAIL_HOST_PASSWORD": "",
    "MODELOPS_METRICS_TOKEN": "",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
    "MODELOPS_TLS": "",
}
DATABASE = {"HOST": "db.example.org", "PASSWORD": "fo4UrsQCq9OB4T1n", "OPTIONS": {"sslmode": "verify-full"}}


def found(**changes: Any) -> set[str]:
    """Ids that a strong production configuration with these changes is told; each with a hint."""
    database = {**DATABASE, **changes.pop("database", {})}
    with override_settings(**{**STRONG, **changes}), patch.dict(settings.DATABASES, {"default": database}):
        messages = [*check_settings(None), *check_web(None)]
    assert all(message.hint for message in messages)
    return {str(message.id).removeprefix("modelops.") for message in messages}


@pytest.fixture(autouse=True)
def _only_what_the_test_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "MODELOPS_OWNER_DATABASE_URL", "MODELOPS_SEALER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_strong_configuration_has_nothing_to_tell() -> None:
    assert found() == set()
    assert found(database={"HOST": "/run/postgresql", "PASSWORD": "", "OPTIONS": {}}) == set(), "a socket needs no TLS"
    local = "unix://:fo4UrsQCq9OB4T1n@/run/valkey.sock?db=0"
    assert found(REDIS_URL=local, CELERY_BROKER_URL=local.replace("unix", "redis+socket")) == set()
    assert found(MODELOPS_TRUSTED_PROXIES=[], MODELOPS_TLS="files") == set()


@pytest.mark.parametrize(
    ("wanted", "changes"),
    [
        ("E020", {"MODELOPS_BASE_URL": "http://portal.example.org"}),
        ("E021", {"ALLOWED_HOSTS": ["*"]}),
        ("W018", {"ALLOWED_HOSTS": [".example.org"]}),
        ("E022", {"database": {"OPTIONS": {"sslmode": "require"}}}),
        ("E022", {"database": {"OPTIONS": {"sslmode": "verify-ca"}}}),
        ("E022", {"database": {"OPTIONS": {}}}),
        ("W011", {"database": {"PASSWORD": ""}}),
        ("E023", {"REDIS_URL": "redis://:fo4UrsQCq9OB4T1n@cache.example.org:6379/0"}),
        ("E023", {"CELERY_BROKER_URL": "redis://:fo4UrsQCq9OB4T1n@cache.example.org:6379/0"}),
        ("E024", {"REDIS_URL": STRONG["REDIS_URL"] + "?ssl_cert_reqs=none"}),
        ("E024", {"CELERY_BROKER_URL": STRONG["REDIS_URL"] + "?ssl_cert_reqs=CERT_NONE"}),
        ("E024", {"REDIS_URL": STRONG["REDIS_URL"] + "?ssl_check_hostname=false"}),
        ("W014", {"REDIS_URL": "rediss://cache.example.org:6379/0"}),
        ("E025", {"CORS_ALLOW_ALL_ORIGINS": True}),
        ("E025", {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True}),
        ("E025", {"CORS_ALLOWED_ORIGIN_REGEXES": [r".*\.example\.org"]}),
        ("E025", {"CORS_ALLOW_HEADERS": ["*"]}),
        ("E026", {"CORS_ALLOWED_ORIGINS": ["http://app.example.org"]}),
        ("E027", {"DEBUG": True}),
        ("E029", {"database": {"PASSWORD": "changeme"}}),
        ("E029", {"EMAIL_HOST_PASSWORD": "password"}),
        ("E029", {"MODELOPS_METRICS_TOKEN": "your-secret-token-of-32-characters"}),
        ("E029", {"REDIS_URL": "rediss://:foobared@cache.example.org:6379/0"}),
        ("W015", {"EMAIL_HOST": "localhost"}),
        ("W016", {"EMAIL_USE_TLS": False}),
        ("W017", {"MODELOPS_METRICS_TOKEN": "short"}),
        ("E050", {"MODELOPS_TLS": "development"}),
        ("E051", {"SESSION_COOKIE_SECURE": False}),
        ("E051", {"SESSION_COOKIE_NAME": "session"}),
        ("W010", {"PRODUCTION": False, "MODELOPS_ENV": "development"}),
        ("W019", {"SECURE_HSTS_SECONDS": 0}),
        ("W021", {"SECURE_SSL_REDIRECT": False}),
        ("W022", {"MODELOPS_TRUSTED_PROXIES": ["10.0.0.0/8"]}),
        ("W022", {"MODELOPS_TRUSTED_PROXIES": ["2000::/3"]}),
        ("W023", {"MODELOPS_TRUSTED_PROXIES": []}),
    ],
)
def test_a_weak_setting_is_told(wanted: str, changes: dict[str, Any]) -> None:
    """S2-49, S4-41, S4-50, S4-53: and only that one."""
    assert found(**changes) == {wanted}


def test_every_role_of_the_database_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """S2-49."""
    monkeypatch.setenv("MODELOPS_SEALER_DATABASE_URL", "postgresql://sealer:fo4UrsQCq9OB4T1n@db.example.org/portal")
    assert found() == {"E022"}


def test_a_weaker_content_policy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-42."""
    said = content_security.policy("x")
    for weaker in (
        said.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
        said.replace("object-src 'none'; ", ""),
        said.replace("'nonce-x'", "'self'"),
    ):
        monkeypatch.setattr(checks, "policy", lambda nonce, weaker=weaker: weaker)
        assert found() == {"E028"}


def test_each_id_is_in_the_reference_and_in_the_code() -> None:
    page = (ROOT / "docs/reference/checks.md").read_text()
    documented = set(re.findall(r"^\|.*?`(modelops\.[EW]\d{3})`", page, re.M)) | set(
        re.findall(r"`(modelops\.[EW]\d{3})`", page)
    )
    code = "".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))
    used = set(re.findall(r'"(modelops\.[EW]\d{3})"', code))
    assert used - documented == set()
    assert documented - used == set()


@pytest.mark.parametrize("value", ["x" * 60, "your-secret-key" * 5, "Change-Me-" * 6, "0123456789" * 5, "s" * 20])
def test_a_known_or_plain_key_is_weak(value: str) -> None:
    """S4-03."""
    assert is_weak_key(value)


def test_a_random_key_is_strong() -> None:
    assert not is_weak_key("fo4UrsQCq9OB4T1nPFxqKQzJ0q7c1m3mTz8G5Qm2S7yWb9")
    assert not is_sample("9f8a1c07d2")
