"""``check --deploy``: every setting that is missing or weak in production, each with what to do."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from modelops.database_roles import OWNER, SEALER
from modelops.lib import env
from modelops.sample_secrets import is_sample

_LOCAL = {"", "localhost", "127.0.0.1", "::1"}


@register(Tags.security, deploy=True)
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What can be told from the settings alone."""
    return [*_address(), *_database(), *_queue(), *_mail(), *_metrics(), *_samples()]


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
    for name, database in _databases():
        host = str(database["HOST"])
        if host in _LOCAL or host.startswith("/"):
            continue
        if not database["PASSWORD"]:
            yield Warning(
                f"{name} has no password.",
                hint="Give one, or make sure that the server asks for a certificate.",
                id="modelops.W011",
            )
        if database["OPTIONS"].get("sslmode") != "verify-full":
            yield Error(
                f"{name} leads to another machine without checking whose it is (sslmode=verify-full); column keys "
                "travel over that connection.",
                hint=f"Add ?sslmode=verify-full&sslrootcert=FILE to {name}.",
                id="modelops.E022",
            )


def _databases() -> Iterator[tuple[str, dict[str, Any]]]:
    yield settings.MODELOPS_DATABASE_VARIABLE, settings.DATABASES["default"]
    for name in ("DATABASE_URL", OWNER, SEALER):
        if name != settings.MODELOPS_DATABASE_VARIABLE and (url := os.environ.get(name)):
            yield name, env.database(name, url)


def _queue() -> Iterator[CheckMessage]:
    for name, url in (("REDIS_URL", settings.REDIS_URL), ("CELERY_BROKER_URL", settings.CELERY_BROKER_URL)):
        parts = urlsplit(url)
        is_socket = parts.scheme in {"unix", "redis+socket"}
        if not is_socket and parts.hostname not in _LOCAL and parts.scheme != "rediss":
            yield Error(
                f"{name} leads to another machine in the clear; sessions and messages pass there.",
                hint=f"Use rediss:// in {name}.",
                id="modelops.E023",
            )
        options = {key: values[-1].lower() for key, values in parse_qs(parts.query).items()}
        checks = (options.get("ssl_cert_reqs", "required"), options.get("ssl_check_hostname", "true"))
        if checks[0] not in {"required", "cert_required"} or checks[1] in {"false", "0", "no"}:
            yield Error(
                f"{name} switches the check of the server's certificate or name off: anybody in between can answer.",
                hint=f"Take ssl_cert_reqs and ssl_check_hostname out of {name}; name the authority in ssl_ca_certs.",
                id="modelops.E024",
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


def _samples() -> Iterator[CheckMessage]:
    if not settings.PRODUCTION:
        return
    secrets = {name: str(getattr(settings, name)) for name in ("EMAIL_HOST_PASSWORD", "MODELOPS_METRICS_TOKEN")}
    secrets |= {name: str(database["PASSWORD"]) for name, database in _databases()}
    for name in ("REDIS_URL", "CELERY_BROKER_URL"):
        parts = urlsplit(getattr(settings, name))
        secrets[name] = parts.password or parse_qs(parts.query).get("password", [""])[-1]
    for name in sorted(name for name, value in secrets.items() if value and is_sample(value)):
        yield Error(
            f"The secret in {name} is a known sample, or marked as one to replace.",
            hint='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
            id="modelops.E029",
        )
