"""``check --deploy``: every setting that is missing or weak in production, each with what to do."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

_LOCAL = {"", "localhost", "127.0.0.1", "::1"}


@register(Tags.security, deploy=True)
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What can be told from the settings alone."""
    return [*_address(), *_database(), *_queue(), *_mail(), *_metrics()]


def _address() -> Iterator[CheckMessage]:
    if not settings.PRODUCTION:
        yield Warning(
            f"MODELOPS_ENV is {settings.MODELOPS_ENV!r}: cookies, redirects and checks are those of development.",
            hint="Set MODELOPS_ENV=production.",
            id="modelops.W010",
        )
    if not settings.MODELOPS_BASE_URL.startswith("https://"):
        yield Error(
            f"MODELOPS_BASE_URL is {settings.MODELOPS_BASE_URL!r}: links in mails would lead to plain HTTP.",
            hint="Set MODELOPS_BASE_URL=https://… to the address that people use.",
            id="modelops.E020",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "MODELOPS_HOSTS takes any host name, so links can be made to lead elsewhere.",
            hint="Name the hosts: MODELOPS_HOSTS=portal.example.org",
            id="modelops.E021",
        )


def _database() -> Iterator[CheckMessage]:
    database = settings.DATABASES["default"]
    host = str(database["HOST"])
    if host in _LOCAL or host.startswith("/"):
        return
    if not database["PASSWORD"]:
        yield Warning(
            "DATABASE_URL has no password.",
            hint="Give one, or make sure that the server asks for a certificate.",
            id="modelops.W011",
        )
    if database["OPTIONS"].get("sslmode") not in {"require", "verify-ca", "verify-full"}:
        yield Warning(
            "The connection to PostgreSQL may be in the clear, and column keys travel over it.",
            hint="Add ?sslmode=verify-full&sslrootcert=FILE to DATABASE_URL.",
            id="modelops.W012",
        )


def _queue() -> Iterator[CheckMessage]:
    for name, url in (("REDIS_URL", settings.REDIS_URL), ("CELERY_BROKER_URL", settings.CELERY_BROKER_URL)):
        parts = urlsplit(url)
        is_socket = parts.scheme in {"unix", "redis+socket"}
        if not is_socket and parts.hostname not in _LOCAL and parts.scheme != "rediss":
            yield Warning(
                f"{name} leads to another machine in the clear; sessions and messages pass there.",
                hint=f"Use rediss:// in {name}.",
                id="modelops.W013",
            )
        if not parts.password and "password" not in parse_qs(parts.query):
            yield Warning(
                f"{name} has no password: whoever reaches the server reads sessions and gives the worker orders.",
                hint=f"Set a password on the server and in {name}.",
                id="modelops.W014",
            )


def _mail() -> Iterator[CheckMessage]:
    if settings.EMAIL_HOST in _LOCAL or settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Warning(
            "Mail is sent through this machine, or from an address that nobody can answer.",
            hint="Set EMAIL_HOST and DEFAULT_FROM_EMAIL.",
            id="modelops.W015",
        )
    elif not settings.EMAIL_USE_TLS:
        yield Warning(
            "Mail leaves in the clear, and invitations are links that let somebody in.",
            hint="Set EMAIL_USE_TLS=1.",
            id="modelops.W016",
        )


def _metrics() -> Iterator[CheckMessage]:
    token = settings.MODELOPS_METRICS_TOKEN
    if token and len(token) < 24:
        yield Warning(
            f"MODELOPS_METRICS_TOKEN has {len(token)} characters and can be guessed.",
            hint="Use 32 random characters, or none: then only this machine may read /metrics.",
            id="modelops.W017",
        )
