"""Leaves of every declared event, as the ledger would hold them."""

import json
from typing import Any

from compliance.audit import Actor, EventClass, event_classes, record
from compliance.audit.leaf import leaf_text
from compliance.audit.models import AuditEvent

EVENTS = [event for name, event in sorted(event_classes().items()) if not name.startswith("tests.")]


def recorded(
    event: EventClass,
    details: dict[str, Any] | None = None,
    *,
    actor: Actor | None = None,
    target: tuple[str, str] | None = ("registry.model", "0190-7"),
    outcome: str = "success",
) -> dict[str, Any]:
    """The leaf of a row that was recorded just now."""
    details = dict.fromkeys(event.details, "x") if details is None else details
    record(event, target, actor=actor or Actor("user", "7"), outcome=outcome, **details)
    return json.loads(leaf_text(AuditEvent.objects.order_by("-id")[0]))
