"""Who and where: address, browser and session of a request, stored once for all the rows that come from there.

One origin serves a person, session, address, browser and day in each process. A process remembers an origin only after
the transaction that stored it has ended well: one that was rolled back would leave rows that commit to nothing.
"""

import datetime as dt
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import connection, transaction

from compliance.audit.actor import Actor
from compliance.audit.context import RequestContext
from modelops.crypto.blind_index import blind_index, blind_indexes

from . import payloads

if TYPE_CHECKING:
    from django.db.models import QuerySet

INDEX: Final = "audit_personal.payload.address"
_REMEMBERED = 4096

Slot = tuple[str, str, str, str]
_known: OrderedDict[Slot, bytes] = OrderedDict()
_lock = threading.Lock()


class _Remember:
    """Waits in the transaction that stored an origin; Django drops it with a transaction or savepoint that fails."""

    def __init__(self, slot: Slot, commitment: bytes) -> None:
        self.slot = slot
        self.commitment = commitment

    def __call__(self) -> None:
        with _lock:
            _known[self.slot] = self.commitment
            while len(_known) > _REMEMBERED:
                _known.popitem(last=False)


def origin_of(context: RequestContext, actor: Actor) -> bytes | None:
    """The commitment to where ``actor`` acts from; None when nothing is known of it. Raises KeysUnavailable."""
    is_known, found = known_origin_of(context, actor)
    if is_known:
        return found
    ref, slot = _slot_of(context, actor)
    # Stored earlier in this very transaction: what waits for its end says so, savepoints that failed included.
    for entry in reversed(connection.run_on_commit):
        waiting: object = entry[1]
        if isinstance(waiting, _Remember) and waiting.slot == slot:
            return waiting.commitment
    content = {"address": context.address, "session": context.session, "user_agent": context.user_agent}
    index = blind_index(INDEX, context.address) if context.address else None
    commitment = payloads.store("origin", content, ref, address_index=index)
    transaction.on_commit(_Remember(slot, commitment))
    return commitment


def known_origin_of(context: RequestContext, actor: Actor) -> tuple[bool, bytes | None]:
    """Whether this process knows the commitment already, or nothing is known of where; and the commitment then."""
    if not (context.address or context.user_agent or context.session):
        return True, None
    _, slot = _slot_of(context, actor)
    with _lock:
        found = _known.get(slot)
        if found is not None:
            _known.move_to_end(slot)
    return found is not None, found


def _slot_of(context: RequestContext, actor: Actor) -> tuple[str, Slot]:
    """Whom the origin is about, and where it is remembered: for a day each."""
    today = dt.datetime.now(dt.UTC).date()
    ref = actor.ref if actor.kind in {"user", "service"} else f"strangers:{today}"
    return ref, (f"{ref} {today}", context.session, context.address, context.user_agent)


def forget() -> None:
    """Remember no origin any more: those of an erased person must not be used again."""
    with _lock:
        _known.clear()


def origins_of(address: str) -> "QuerySet[Any]":
    """Commitments of all origins with this address: ``AuditEvent.objects.filter(origin__in=origins_of(address))``.

    Filter by ``source=network_of(address)`` too: that is what the ledger's index knows.
    """
    found = apps.get_model("audit_personal", "Payload").objects.filter(address_index__in=blind_indexes(INDEX, address))
    return found.order_by().values("commitment")
