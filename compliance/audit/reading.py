"""Rows about reading: who looked at which object. One insert, after the object was found and before it is sent."""

import datetime as dt
import logging
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from modelops.crypto.errors import KeysUnavailable
from modelops.lib.ids import first_id_at

from .actor import Actor
from .events import EventClass
from .ledger import record, record_alone

logger = logging.getLogger(__name__)
ONE_SITTING = dt.timedelta(hours=1)


def record_reading(
    event: EventClass,
    target: models.Model | tuple[str, str] | None = None,
    *,
    request: Any,
    strict: bool = False,
    **details: Any,
) -> None:
    """Add a row that the actor of ``request`` reads ``target``.

    With ``strict`` a secret or personal data is about to be disclosed: what cannot be recorded raises, and is not
    shown. Otherwise the page is worth more than its row: the log gets a line, and the reader the page.

    A page that refreshes itself while a worker is busy says so in a header. It adds no second row within an hour, but
    the header alone hides nothing: without a first row it adds one.
    """
    try:
        if "HX-Request" in request.headers and _told_already(event, target, request.actor):
            return
        if not record_alone(event, target, actor=request.actor, **details):
            with transaction.atomic():
                record(event, target, actor=request.actor, **details)
    except (DatabaseError, KeysUnavailable):
        if strict:
            raise
        logger.error("A reading could not be recorded: %s", event.name)


def _told_already(event: EventClass, target: models.Model | tuple[str, str] | None, actor: Actor) -> bool:
    if target is None:
        return False
    kind, ref = target if isinstance(target, tuple) else (target._meta.label_lower, str(target.pk))
    rows = apps.get_model("audit", "AuditEvent").objects.filter(
        target_type=kind, target_id=ref, pk__gte=first_id_at(timezone.now() - ONE_SITTING)
    )
    return rows.filter(name=event.name, actor_kind=actor.kind, actor_ref=actor.ref).exists()
