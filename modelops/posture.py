"""Encryption in transit, and nothing that could switch encryption off."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from modelops.lib.posture import Finding, Outcome, control

from . import api_posture  # noqa: F401  registers the controls of the REST interface

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def _local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"unix", "redis+socket"} or (parts.hostname or "") in _LOOPBACK


@control(
    "transit.web",
    area="Encryption",
    label="The portal is reached over TLS",
    fix="Serve the portal over TLS and set MODELOPS_BASE_URL to its https address.",
)
def web() -> Outcome:
    """By the address that the portal gives out."""
    address = settings.MODELOPS_BASE_URL
    evidence = f"{address}; cookies are secure: {'yes' if settings.SESSION_COOKIE_SECURE else 'no'}."
    if address.startswith("https://"):
        return Outcome(evidence=evidence)
    if not settings.PRODUCTION and _local(address):
        return Outcome(evidence=evidence, applies=False)
    return Outcome(
        [Finding("plain", f"The portal's address {address} is not https", "Set MODELOPS_BASE_URL.", "critical")]
    )


@control(
    "transit.database",
    area="Encryption",
    label="PostgreSQL is reached over TLS or a local socket",
    fix="Add ?sslmode=verify-full&sslrootcert=… to DATABASE_URL, or use a local socket.",
)
def database() -> Outcome:
    """Asked of the connection itself, not of its settings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inet_server_addr() IS NULL, ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        by_socket, is_encrypted, version = cursor.fetchone()
    if is_encrypted or by_socket:
        return Outcome(evidence=f"{version}." if is_encrypted else "A socket of this machine.")
    if (connection.settings_dict["HOST"] or "") in _LOOPBACK:
        return Outcome(evidence="A loopback address of this machine.")
    return Outcome(
        [
            Finding(
                "plain",
                "The connection to PostgreSQL is not encrypted",
                "Add ?sslmode=verify-full&sslrootcert=… to DATABASE_URL.",
                "critical",
            )
        ]
    )


@control(
    "transit.broker",
    area="Encryption",
    label="Valkey is reached over TLS or a local socket",
    fix="Use rediss:// in REDIS_URL and CELERY_BROKER_URL, or a local socket.",
)
def broker() -> Outcome:
    """By the addresses of cache and broker; certificates are always checked."""
    plain = [
        name
        for name, url in (("REDIS_URL", settings.REDIS_URL), ("CELERY_BROKER_URL", settings.CELERY_BROKER_URL))
        if not url.startswith("rediss://") and not _local(url)
    ]
    findings = [Finding(name, f"{name} is neither rediss:// nor local", "Use rediss://.", "critical") for name in plain]
    return Outcome(findings, evidence="" if plain else "TLS, or a socket or loopback address of this machine.")


@control(
    "admin.addresses",
    area="Access",
    label="The admin is reached from listed addresses only",
    fix="Name the networks from which the admin is reached in MODELOPS_ADMIN_NETWORKS.",
)
def admin_addresses() -> Outcome:
    """By `MODELOPS_ADMIN_NETWORKS`; in development nobody is asked to set it."""
    listed = settings.MODELOPS_ADMIN_NETWORKS
    if listed:
        return Outcome(evidence=f"From {', '.join(listed)}; it is 404 from anywhere else.")
    if not settings.PRODUCTION:
        return Outcome(evidence="From anywhere.", applies=False)
    return Outcome(
        [
            Finding(
                "open",
                "The admin's sign-in is reached from anywhere",
                "Name the networks of your officers in MODELOPS_ADMIN_NETWORKS, or of your VPN.",
            )
        ]
    )
