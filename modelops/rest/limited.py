"""Requests that were refused as too many (429): counted as they come, recorded once a minute for an actor and a route.

A row of the ledger for each would let a flood fill it. The count stands in a row that is raised in place, which is
cheaper; what is recorded from it is exact.
"""

import logging
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest

from compliance.audit import Actor, record
from compliance.audit.context import acting, current

from .audit_events import REQUESTS_LIMITED
from .metrics import LIMITED

logger = logging.getLogger(__name__)

_COUNT: Final = """
INSERT INTO rest_limitedrequests (actor_kind, actor_ref, source, route, minute, count)
VALUES (%s, %s, %s, %s, date_trunc('minute', statement_timestamp()), 1)
ON CONFLICT (minute, actor_kind, actor_ref, source, route) DO UPDATE SET count = rest_limitedrequests.count + 1
"""
_TAKE: Final = """
DELETE FROM rest_limitedrequests WHERE minute < date_trunc('minute', statement_timestamp())
RETURNING actor_kind, actor_ref, source, route, minute, count
"""


def count_limited(request: HttpRequest) -> None:
    """Count one refused request of its actor and route, on /metrics and for the ledger."""
    actor = getattr(request, "actor", None) or Actor.anonymous()
    match = request.resolver_match
    route = f"/{match.route}" if match else "unmatched"
    LIMITED.labels(route, f"{actor.kind}:{actor.ref}" if actor.ref else actor.kind).inc()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COUNT, [actor.kind, actor.ref, current.get().source, route[:200]])
    except DatabaseError:
        logger.error("A request over the limit could not be counted: %s", route)


@transaction.atomic
def record_limited() -> int:
    """Record the minutes that are over, each count in one row, and drop the counts; returns how many rows.

    Count and row change in one transaction: a run that is killed counts nothing twice and loses nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
        taken = cursor.fetchall()
    for kind, ref, source, route, minute, count in taken:
        with acting(source=source):
            record(
                REQUESTS_LIMITED,
                None,
                actor=Actor(kind, ref),
                outcome="denied",
                route=route,
                minute=f"{minute:%Y-%m-%dT%H:%MZ}",
                count=count,
            )
    return len(taken)
