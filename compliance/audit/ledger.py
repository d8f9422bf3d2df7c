"""Writing to the ledger: one line where something happens, in the transaction of what happens."""

import logging
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, models, transaction

from modelops.crypto.errors import KeysUnavailable
from modelops.lib.gathered_inserts import add
from modelops.lib.ids import uuid7

from .actor import Actor
from .beside import beside
from .canonical import canonical_json, storable_text
from .changes import DETAILS, details_and_changes
from .context import current
from .events import EventClass, define, event_classes
from .labels import label_of
from .partitions import TABLE

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
    sees_changes: bool = True,
    **details: Any,
) -> None:
    """Add one row about ``target``: a model instance, or a pair of type and id.

    Details carry ids, names of objects, states and counts; never personal values: an append-only log cannot be
    redacted. Those go into ``personal``, sealed under the key of ``subject`` beside the row, which commits to them.
    Of a watched table (`watching`) the row also says under ``diff`` what the database saw change, before and after;
    without ``sees_changes`` it does not look: for an act that writes to tables only that nobody watches.
    Raises UndeclaredEvent, and RuntimeError outside a transaction: an act and its row belong together.
    """
    _require_declared(event, details)
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} must be recorded in the transaction of what it tells.")
    row_id = uuid7()
    origin = beside().origin_of(current.get(), actor)
    about = _reference(target)
    told = details_and_changes(*about, details) if sees_changes else [canonical_json(details)]
    _insert(row_id, event, about, target, actor, outcome, told, origin, _sealed_beside(row_id, personal, subject))


def record_alone(
    event: EventClass, target: models.Model | tuple[str, str] | None, *, actor: Actor, **details: Any
) -> bool:
    """Add a row about something that changes nothing, as the one statement of a transaction of its own.

    False, and nothing is added, where that is not enough: within a transaction, and where it is not stored yet from
    where the actor acts.
    """
    _require_declared(event, details)
    if connection.in_atomic_block:
        return False
    is_known, origin = beside().known_origin_of(current.get(), actor)
    if is_known:
        about = _reference(target)
        _insert(uuid7(), event, about, target, actor, "success", [canonical_json(details)], origin, None)
    return is_known


# One fixed statement: the ORM would take longer to write it than PostgreSQL to carry it out. Time, transaction and
# format of the row are the database's own.
_COLUMNS: Final = (
    "id", "name", "category", "outcome", "actor_kind", "actor_ref", "via", "target_type", "target_id", "target_label",
    "details", "request_id", "source", "origin", "personal",
)  # fmt: skip
_INSERT: Final = f"INSERT INTO {TABLE} ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608
_INSERT_WITH_CHANGES: Final = (
    f"INSERT INTO {TABLE} ({', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join(DETAILS if name == 'details' else '%s' for name in _COLUMNS)})"
)


def _insert(
    row_id: uuid.UUID,
    event: EventClass,
    reference: tuple[str, str],
    target: models.Model | tuple[str, str] | None,
    actor: Actor,
    outcome: str,
    told: list[Any],
    origin: bytes | None,
    personal: bytes | None,
) -> None:
    context = current.get()
    label = storable_text(label_of(target))[:200]
    about = (*reference, label, *told, context.request_id, context.source)
    acted = (event.category, outcome, actor.kind, actor.ref, context.via[:120])
    tells_changes = len(told) > 1
    statement = _INSERT_WITH_CHANGES if tells_changes else _INSERT
    values = [row_id, event.name, *acted, *about, origin, personal]
    add(connections[DEFAULT_DB_ALIAS], statement, values, sees_others=tells_changes)


def _require_declared(event: EventClass, details: Mapping[str, Any]) -> None:
    known = event_classes().get(event.name)
    if known is not event and known != event:
        raise UndeclaredEvent(f"{event.name} is not declared.")
    if details.keys() != set(event.details):
        raise UndeclaredEvent(f"{event.name} carries {sorted(event.details)}, not {sorted(details)}.")


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
