"""Writing to the ledger: one line where something happens, in the transaction of what happens."""

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from modelops.crypto.errors import KeysUnavailable
from modelops.lib.ids import uuid7

from .actor import Actor
from .beside import beside
from .canonical import storable_text
from .changes import changes_of
from .context import current
from .events import EventClass, define, event_classes
from .labels import label_of

logger = logging.getLogger(__name__)

REQUEST_REFUSED = define(
    "audit.request.refused",
    "{method} {route} was refused: {code}",
    "method",
    "route",
    "code",
    "status",
    category="security",
    ocsf="api.other",
)


class UndeclaredEvent(ValueError):
    """An event or detail that no app declares: the vocabulary is closed."""


def record(
    event: EventClass,
    target: models.Model | tuple[str, str] | None = None,
    *,
    actor: Actor,
    outcome: str = "success",
    personal: Mapping[str, Any] | None = None,
    subject: models.Model | Actor | str | None = None,
    **details: Any,
) -> None:
    """Add one row about ``target``: a model instance, or a pair of type and id.

    Details carry ids, names of objects, states and counts; never personal values: an append-only log cannot be
    redacted. Those go into ``personal``, sealed under the key of ``subject`` beside the row, which commits to them.
    Of a watched table (`watching`) the row also says under ``diff`` what the database saw change, before and after.
    Raises UndeclaredEvent, and RuntimeError outside a transaction: an act and its row belong together.
    """
    if event_classes().get(event.name) != event:
        raise UndeclaredEvent(f"{event.name} is not declared.")
    if set(details) != set(event.details):
        raise UndeclaredEvent(f"{event.name} carries {sorted(event.details)}, not {sorted(details)}.")
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} must be recorded in the transaction of what it tells.")
    target_type, target_id = _reference(target)
    if changes := changes_of(target_type, target_id):
        details["diff"] = changes
    context = current.get()
    row_id = uuid7()
    apps.get_model("audit", "AuditEvent").objects.create(
        id=row_id,
        name=event.name,
        category=event.category,
        outcome=outcome,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        via=context.via[:120],
        target_type=target_type,
        target_id=target_id,
        target_label=storable_text(label_of(target))[:200],
        details=details,
        request_id=context.request_id,
        source=context.source,
        origin=beside().origin_of(context, actor),
        personal=_sealed_beside(row_id, personal, subject),
    )


def record_refusal(*, actor: Actor, code: str, method: str, route: str, status: int = 403) -> None:
    """Add a row about a refused request, in a transaction of its own: the refused one is rolled back.

    When the ledger itself cannot be written the refusal stands and the log gets a line: it discloses nothing.
    """
    try:
        with transaction.atomic():
            record(
                REQUEST_REFUSED,
                None,
                actor=actor,
                outcome="denied",
                method=method,
                route=route,
                code=code,
                status=status,
            )
    except (DatabaseError, KeysUnavailable):
        logger.error("A refusal could not be recorded: %s %s %s", method, route, code)


def _sealed_beside(
    row_id: uuid.UUID, personal: Mapping[str, Any] | None, subject: models.Model | Actor | str | None
) -> bytes | None:
    if not personal:
        return None
    if subject is None:
        raise ValueError("Personal values need the person whom they are about: subject=…")
    return beside().seal(personal, subject, row_id)


def _reference(target: models.Model | tuple[str, str] | None) -> tuple[str, str]:
    if target is None:
        return "", ""
    if isinstance(target, tuple):
        return target
    return target._meta.label_lower, str(target.pk)
