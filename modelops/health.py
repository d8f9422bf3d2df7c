"""Is the portal alive, and is everything there that it needs?"""

import os
from collections.abc import Callable

import redis
from celery import current_app
from django.conf import settings
from django.contrib import admin
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from compliance.audit.sealing.standing import is_alive as sealer_is_alive
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.opening import require_open_ring
from modelops.lib.errors import DomainError
from modelops.version import VERSION


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    finally:
        client.close()


def _broker() -> None:
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def _storage() -> None:
    artifacts = settings.MODELOPS_HOME / "artifacts"
    if not os.access(artifacts, os.R_OK | os.W_OK | os.X_OK):
        raise OSError(f"{artifacts} cannot be written")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "storage": _storage,
    "keys": require_open_ring,
}


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every dependency answers, else 503; each is named with "ok", "failed" or "sealed", without a reason.

    The sealer of the audit log is named beside them: while it is away rows wait, and requests are served all the same.
    Staff also read which release answers; to strangers it would say which weaknesses to try.
    """
    found: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            check()
            found[name] = "ok"
        except KeysUnavailable:
            found[name] = "sealed"
        except (DatabaseError, InterfaceError, RedisError, KombuError, OSError, DomainError):
            found[name] = "failed"
    failed = set(found.values()) != {"ok"}
    status = "sealed" if "sealed" in found.values() else "degraded" if failed else "ok"
    answer: dict[str, object] = {"status": status, "checks": found, "sealer": _sealer(found["database"])}
    # Who asks is read from the database.
    if found["database"] == "ok" and found["keys"] == "ok" and admin.site.has_permission(request):
        answer["version"] = VERSION
    return JsonResponse(answer, status=503 if failed else 200)


def _sealer(database: str) -> str:
    """Whether the sealer of the audit log works; "unknown" where that cannot be read."""
    if database != "ok":
        return "unknown"
    try:
        return "ok" if sealer_is_alive() else "failed"
    except (DatabaseError, InterfaceError):
        return "unknown"
