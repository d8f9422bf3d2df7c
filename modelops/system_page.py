"""The admin's system page: what runs here, in which version, and what the doctor finds."""

import platform
from importlib.metadata import version

import django
import redis
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from redis.exceptions import RedisError

from compliance.audit.sealing.standing import standing as sealing_standing
from compliance.escrow.standing import standing
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers import configured_provider
from registry.replication.figures import encryption_figures

from .doctor import examine
from .version import VERSION

NEEDED = "crypto.view_keyversion"
_PACKAGES = ("celery", "djangorestframework", "psycopg", "cryptography", "pandas", "scipy", "pyarrow")


def versions() -> list[tuple[str, str]]:
    """Names and versions of interpreter, servers and the packages that results depend on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    found = [("Python", platform.python_version()), ("Django", django.get_version()), ("PostgreSQL", postgresql)]
    found.append(("Valkey", _valkey()))
    return found + [(name, version(name)) for name in _PACKAGES]


def _valkey() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        server = client.info("server")
    except RedisError:
        return "does not answer"
    finally:
        client.close()
    return str(server.get("valkey_version") or server.get("redis_version"))


def _key_facts() -> list[tuple[str, str]]:
    """Where the root key comes from, when it last opened a key in this process, and what would survive its loss."""
    facts = [("Root key from", settings.MODELOPS_KEY_PROVIDER or "nowhere")]
    try:
        provider = configured_provider()
        unwrapped = provider.last_unwrap_at
        facts.append(("Root key", provider.key_id))
        facts.append(("Last unwrap", f"{unwrapped:%Y-%m-%d %H:%M:%S} UTC" if unwrapped else "not in this process"))
    except KeysUnavailable:
        facts.append(("Root key", "sealed"))
    found = standing()
    return [*facts, ("Key backup", found.backup_words), ("Restore drill", found.drill_words)]


def _encryption() -> dict[str, str]:
    """The tile "encrypted artifacts": the share, and of how many."""
    figures = encryption_figures()
    # Rounded down: one file in clear among a million is not 100 %.
    share = 100 * figures.encrypted // figures.objects if figures.objects else 100
    return {"share": f"{share} %", "count": str(figures)}


def system_page(request: HttpRequest) -> HttpResponse:
    """For those who may see the key ring. Paths and remedies are for administrators, not for the public health page."""
    if not request.user.has_perm(NEEDED):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": "System",
        "encryption": _encryption(),
        "versions": versions(),
        "problems": list(examine()),
        "facts": [
            ("Release", VERSION),
            ("Environment", settings.MODELOPS_ENV),
            ("Address", settings.MODELOPS_BASE_URL),
            ("Data", str(settings.MODELOPS_HOME)),
            *_key_facts(),
            ("Sealer of the audit log", sealing_standing().words),
        ],
    }
    return TemplateResponse(request, "admin/system.html", context)
