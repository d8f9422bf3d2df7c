"""Ledger rows as a page shows them: who did what, when."""

from collections.abc import Iterable
from typing import Any

from compliance.audit.models import AuditEvent, Outcome
from compliance.audit.naming import name_actors

PARTS = {
    "alerts": "Alert dispatcher",
    "monitoring": "Monitoring",
    "rules": "Alert rules",
    "alert-link": "Link in a message",
    "keys": "Key ring",
    "setup": "Set-up",
}
TONES = {Outcome.SUCCESS.value: "quiet", Outcome.DENIED.value: "warn", Outcome.FAILURE.value: "bad"}


def shown(rows: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Rows for ``patterns/timeline.html``; accounts are named as they are called now, erased ones by their kind."""
    rows = list(rows)
    name_actors(rows)
    return [
        {
            "sentence": row.sentence[:1].upper() + row.sentence[1:],
            "actor": _actor(row),
            "at": row.recorded_at,
            "tone": TONES[row.outcome],
            "icon": "audit" if row.outcome == Outcome.SUCCESS else "warning",
        }
        for row in rows
    ]


def _actor(row: AuditEvent) -> str:
    if row.actor_kind == "system":
        return PARTS.get(row.actor_ref, row.actor_ref.capitalize())
    if row.actor_kind == "anonymous":
        return "Not signed in"
    return getattr(row, "actor_name", "") or f"Former {row.actor_kind}"
